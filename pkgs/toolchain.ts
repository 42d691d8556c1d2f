/** Facts about the toolchains that recipes share: where they look, and which flags make them reproducible. */
import type { Place } from "../src/recipe/package.ts";

/**
 * The folder with the `include/` and `lib/` of everything that is built for the new system: below its triple
 * for the toolchain, below its prefix for the finished system. Without DESTDIR.
 */
export function developmentHome({ prefix, sysroot, arch }: Place): string {
  return prefix === sysroot ? `${sysroot}/${arch.triple}` : prefix;
}

/**
 * The seed's compilers, for programs that must run in any rootfs that comes after the seed: they are linked
 * statically. The flag is `--static`, because libtool takes `-static` as its own option and drops it. GCC
 * knows both.
 */
export const STATIC_SEED_COMPILERS = { CC: "gcc --static", CXX: "g++ --static" } as const;

/** Keeps the build's folders out of programs: a failing assertion names its source file. */
export function withoutPath(folder: string): string {
  return `-ffile-prefix-map=${folder}=.`;
}
