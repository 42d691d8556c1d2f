/** Assembler, linker and their kin: once on the seed for the system that is built, once for that system itself. */
import type { Pin } from "../../src/plan/source.ts";
import type { Package, Place } from "../../src/recipe/package.ts";
import { crossTools } from "../cross-tools/package.ts";
import { musl } from "../musl/package.ts";
import { STATIC_SEED_COMPILERS } from "../seed-compilers.ts";

const source: Pin = {
  name: "binutils",
  version: "2.44",
  archives: [
    {
      file: "binutils-2.44.tar.xz",
      sha256: "c41a0272424f41bb01bf828e7ffef1b2d59d1788064fd6b5f1d971717e9320b8",
      size: 27504768,
      origins: [{ kind: "debian", pool: "main/b/binutils/binutils_2.44.orig.tar.xz" }],
    },
  ],
};

const about = {
  name: "binutils",
  license: "GPL-3.0-or-later",
  version: source.version,
  source,
} as const;

/** Runs in the seed, and in any rootfs after it: statically linked. */
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
  why: "the assembler and linker that GCC and the kernel's build call",
  needs: [crossTools, musl],
  build: (place) =>
    build(place, [
      `--build=${place.arch.triple}`,
      `--host=${place.arch.triple}`,
      "--disable-install-libbfd", // libraries that nothing here is linked with
      "--with-sysroot=/", // without it the linker takes no --sysroot, by which it serves as the next build's toolchain
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
      "--enable-deterministic-archives", // `ar` writes no times and owners
      ...["shared", "plugins", "nls", "gprofng", "libctf", "werror"].map((part) => `--disable-${part}`),
      ...["zstd", "debuginfod"].map((library) => `--without-${library}`),
      `CFLAGS=-O1 ${keepPathsOut(place)}`,
      `CXXFLAGS=-O1 ${keepPathsOut(place)}`,
      "LDFLAGS=-s",
    ],
    make: { targets: programs.map((name) => `all-${name}`), flags: ["MAKEINFO=true"] },
    install: {
      targets: programs.map((name) => `install-${name}`),
      // Not a second set of the programs below /usr/<triple>.
      flags: ["MAKEINFO=true", ...(place.prefix === "/usr" ? ["tooldir=/usr"] : [])],
    },
    finish: [{ kind: "remove", path: `${place.destdir}${place.prefix}/share` }], // manuals
  };
}

/** Assertions name their source file. */
function keepPathsOut(place: Place): string {
  return `-ffile-prefix-map=${place.source}=.`;
}
