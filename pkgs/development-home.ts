import type { Place } from "../src/recipe/package.ts";

/**
 * The folder with `include/` and `lib/` of what is built for the new system: the toolchain looks below its triple, the
 * finished system below its prefix. Without DESTDIR.
 */
export function developmentHome({ prefix, sysroot, arch }: Place): string {
  return prefix === sysroot ? `${sysroot}/${arch.triple}` : prefix;
}
