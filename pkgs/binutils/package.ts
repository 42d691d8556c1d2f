/**
 * Assembler, linker and related tools: built once in the seed for the new system, and once for that system
 * itself.
 */
import { remove } from "../../src/recipe/inside-actions.ts";
import type { Package, Place } from "../../src/recipe/package.ts";
import { crossTools } from "../cross-tools/package.ts";
import { musl } from "../musl/package.ts";
import { debian, pin } from "../pin.ts";
import { STATIC_SEED_COMPILERS, withoutPath } from "../toolchain.ts";

const source = pin("binutils", "2.44", (version) => ({
  file: `binutils-${version}.tar.xz`,
  sha256: "c41a0272424f41bb01bf828e7ffef1b2d59d1788064fd6b5f1d971717e9320b8",
  size: 27504768,
  origins: [debian(`main/b/binutils/binutils_${version}.orig.tar.xz`)],
}));

const about = {
  name: "binutils",
  license: "GPL-3.0-or-later",
  version: source.version,
  source,
} as const;

/** Statically linked: it runs in the seed and in any rootfs that comes after it. */
export const crossBinutils: Package = {
  ...about,
  why: "assembles and links for the new system",
  needs: [],
  build: (place) =>
    build(place, [
      `--with-sysroot=${place.sysroot}/${place.arch.triple}`,
      ...Object.entries(STATIC_SEED_COMPILERS).map(([name, words]) => `${name}=${words}`),
    ]),
};

export const binutils: Package = {
  ...about,
  why: "the assembler and linker that GCC and the kernel's build run",
  needs: [crossTools, musl],
  build: (place) =>
    build(place, [
      `--build=${place.arch.triple}`,
      `--host=${place.arch.triple}`,
      "--disable-install-libbfd", // no package is linked with these libraries
      // Without this flag the linker rejects --sysroot, which is how the next build uses it as its toolchain.
      "--with-sysroot=/",
    ]),
};

function build(place: Place, configureFlags: readonly string[]): ReturnType<Package["build"]> {
  const programs = ["binutils", "gas", "ld"];
  return {
    kind: "configure-make",
    inTree: false,
    prepare: [],
    configureFlags: [
      `--target=${place.arch.triple}`,
      ...configureFlags,
      "--enable-deterministic-archives", // `ar` records no times and owners
      ...["shared", "plugins", "nls", "gprofng", "libctf", "werror"].map((part) => `--disable-${part}`),
      ...["zstd", "debuginfod"].map((library) => `--without-${library}`),
      `CFLAGS=-O1 ${withoutPath(place.source)}`,
      `CXXFLAGS=-O1 ${withoutPath(place.source)}`,
      "LDFLAGS=-s",
    ],
    make: { targets: programs.map((name) => `all-${name}`), flags: ["MAKEINFO=true"] },
    install: {
      targets: programs.map((name) => `install-${name}`),
      // Do not install the programs a second time, below /usr/<triple>.
      flags: ["MAKEINFO=true", ...(place.prefix === "/usr" ? ["tooldir=/usr"] : [])],
    },
    finish: [remove(`${place.destdir}${place.prefix}/share`)], // manuals
  };
}
