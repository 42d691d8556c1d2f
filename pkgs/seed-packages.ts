/**
 * What must be in a seed before it can compile a profile: musl, busybox, the kernel's headers and the
 * kernel; for `full` our own toolchain. Names are Debian's; what they depend on comes with them. Nothing else comes along: resolving
 * starts from an empty system, so even the shell has to be asked for.
 */
import type { ArchFacts } from "../src/base/arch.ts";

export interface SeedPackage {
  /** Debian's name of the package, the same in every release so far. */
  readonly name: string;
  /** A program of it, by which another seed is seen to have it. */
  readonly program: string;
  readonly why: string;
}

export const MINIMAL_SEED: readonly SeedPackage[] = [
  { name: "dash", program: "sh", why: "/bin/sh: make's recipes, configure and the compiler wrapper" },
  { name: "coreutils", program: "install", why: "cp, mkdir, install, sort… in every makefile" },
  { name: "sed", program: "sed", why: "musl's generated headers, Kbuild" },
  { name: "grep", program: "grep", why: "Kbuild's and busybox's scripts" },
  { name: "mawk", program: "awk", why: "Kbuild: the kernel's instruction table, exported symbols" },
  { name: "findutils", program: "find", why: "xargs and find in Kbuild" },
  { name: "diffutils", program: "cmp", why: "Kbuild writes a generated file only where cmp sees a change" },
  { name: "gcc", program: "gcc", why: "the first compiler of all" },
  { name: "libc6-dev", program: "gcc", why: "headers and libraries for what runs during the build (HOSTCC)" },
  { name: "binutils", program: "ld", why: "assembler, linker, ar, objcopy" },
  { name: "make", program: "make", why: "musl, busybox and the kernel are built by it" },
  { name: "flex", program: "flex", why: "the kernel's Kconfig and device tree readers" },
  { name: "bison", program: "bison", why: "the same" },
  { name: "bc", program: "bc", why: "the kernel's time constants (kernel/time/timeconst.bc)" },
  {
    name: "bzip2",
    program: "bzip2",
    why: "busybox's scripts/mkconfigs calls it, though nothing of it is kept",
  },
  { name: "gzip", program: "gzip", why: "packs the kernel image (KERNEL_GZIP)" },
];

/** Compilers of a seed for machines of other architectures: those of `wanted` that are not its own. */
export function crossCompilers(own: ArchFacts, wanted: readonly ArchFacts[]): readonly SeedPackage[] {
  return wanted
    .filter(({ name }) => name !== own.name)
    .map(({ name, seedTriple }) => ({
      name: `gcc-${seedTriple.replaceAll("_", "-")}`,
      program: `${seedTriple}-gcc`,
      why: `compiles for ${name}`,
    }));
}

/** The kernel is then built by what the seed has built: no flex, bison and bc. */
export const FULL_SEED: readonly SeedPackage[] = [
  ...MINIMAL_SEED.filter(({ name }) => !["flex", "bison", "bc"].includes(name)),
  { name: "g++", program: "g++", why: "GCC and binutils are written in C++" },
  { name: "m4", program: "m4", why: "GMP's configure asks for it, whatever it then uses" },
  { name: "tar", program: "tar", why: "GCC's makefile copies its headers with it" },
];

/** What a rootfs of profile `full` brings; the names by which it is seen to have them are its own. */
export const OWN_SEED: readonly SeedPackage[] = [
  { name: "busybox", program: "sh", why: "the shell, and what makefiles call" },
  { name: "make", program: "make", why: "musl, busybox and the kernel are built by it" },
  { name: "gcc", program: "gcc", why: "the compiler that builds the system" },
  { name: "binutils", program: "ld", why: "assembler, linker, ar, objcopy" },
];
