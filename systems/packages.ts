/**
 * `bq2/packages`: packages that a system may list beside the kernel, busybox and `bq2`, and the words that
 * recipes of a user's own are written in.
 */
export { bison } from "../pkgs/bison/package.ts";
export { flex } from "../pkgs/flex/package.ts";
export { linuxHeaders } from "../pkgs/linux-headers/package.ts";
export { m4 } from "../pkgs/m4/package.ts";
export { make } from "../pkgs/make/package.ts";
export { musl } from "../pkgs/musl/package.ts";
export { debian, npm, pin, url } from "../pkgs/pin.ts";
export { copy, makeFolder, remove, run, runMake, symlink, writeFile } from "../src/recipe/inside-actions.ts";
export type { Package, Place } from "../src/recipe/package.ts";
