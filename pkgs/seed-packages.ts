/**
 * The packages that a seed must have to compile a profile: musl, busybox, the kernel's headers and the
 * kernel, and for `full` our own toolchain. The names are Debian's. Debian's dependencies of these packages
 * are added, and nothing else: resolving starts from an empty system, so even the shell is in the list.
 */
import type { ArchFacts } from "../src/base/arch.ts";

export interface SeedPackage {
  /** Debian's name for the package, the same in every release so far. */
  readonly name: string;
  /** One of its programs. A seed without Debian's packages must have this program. */
  readonly program: string;
  readonly why: string;
}

export const MINIMAL_SEED: readonly SeedPackage[] = [
  { name: "dash", program: "sh", why: "/bin/sh runs make's recipes, configure and the compiler wrapper" },
  { name: "coreutils", program: "install", why: "cp, mkdir, install, sort and others, in every makefile" },
  { name: "sed", program: "sed", why: "generates musl's headers; Kbuild" },
  { name: "grep", program: "grep", why: "the scripts of Kbuild and busybox" },
  {
    name: "mawk",
    program: "awk",
    why: "Kbuild: the kernel's table of instructions, and its exported symbols",
  },
  { name: "findutils", program: "find", why: "xargs and find in Kbuild" },
  {
    name: "diffutils",
    program: "cmp",
    why: "Kbuild replaces a generated file only if cmp finds a difference",
  },
  { name: "gcc", program: "gcc", why: "the first compiler of all" },
  {
    name: "libc6-dev",
    program: "gcc",
    why: "headers and libraries for programs that run during the build (HOSTCC)",
  },
  { name: "binutils", program: "ld", why: "assembler, linker, ar, objcopy" },
  { name: "make", program: "make", why: "builds musl, busybox and the kernel" },
  {
    name: "flex",
    program: "flex",
    why: "generates the lexers of the kernel's Kconfig and device tree readers",
  },
  { name: "bison", program: "bison", why: "generates the parsers of the same readers" },
  { name: "bc", program: "bc", why: "calculates the kernel's time constants (kernel/time/timeconst.bc)" },
  {
    name: "bzip2",
    program: "bzip2",
    why: "busybox's scripts/mkconfigs runs it, although its output is not used",
  },
  { name: "gzip", program: "gzip", why: "compresses the kernel image (KERNEL_GZIP)" },
];

/** The cross compilers that a seed needs: one for each architecture of `wanted` except its own. */
export function crossCompilers(own: ArchFacts, wanted: readonly ArchFacts[]): readonly SeedPackage[] {
  return wanted
    .filter(({ name }) => name !== own.name)
    .map(({ name, seedTriple }) => ({
      name: `gcc-${seedTriple.replaceAll("_", "-")}`,
      program: `${seedTriple}-gcc`,
      why: `compiles for ${name}`,
    }));
}

/** Without flex, bison and bc: only the kernel needs them, and `full` builds the kernel without the seed. */
export const FULL_SEED: readonly SeedPackage[] = [
  ...MINIMAL_SEED.filter(({ name }) => !["flex", "bison", "bc"].includes(name)),
  { name: "g++", program: "g++", why: "GCC and binutils are written in C++" },
  { name: "m4", program: "m4", why: "GMP's configure requires it, even if it is not used" },
  { name: "tar", program: "tar", why: "GCC's makefile copies headers with it" },
];

/** What a rootfs of profile `full` contains. The names of the packages are its own, not Debian's. */
export const OWN_SEED: readonly SeedPackage[] = [
  { name: "busybox", program: "sh", why: "the shell, and the tools that makefiles run" },
  { name: "make", program: "make", why: "builds musl, busybox and the kernel" },
  { name: "gcc", program: "gcc", why: "the compiler that builds the system" },
  { name: "binutils", program: "ld", why: "assembler, linker, ar, objcopy" },
];
