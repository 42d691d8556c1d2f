import type { ArchFacts } from "../../src/base/arch.ts";
import type { Package, Place } from "../../src/recipe/package.ts";
import { bzip2 } from "../bzip2/package.ts";
import { programFromList } from "../compile-list.ts";
import { crossTools } from "../cross-tools/package.ts";
import { linuxHeaders } from "../linux-headers/package.ts";
import { musl } from "../musl/package.ts";
import { quickjs, quickjsSource } from "../quickjs/package.ts";
import { xz } from "../xz/package.ts";
import { zlib } from "../zlib/package.ts";

const SOURCES = [
  "bulk",
  "digest",
  "engine",
  "linux",
  "main",
  "memory",
  "modules",
  "program",
  "sha256",
  "sha256-blocks",
  "syscall",
];

/** In the order in which the linker searches them. It searches each library once. */
const LIBRARIES = ["quickjs", "lzma", "bz2", "z", "m"];

export const bq2Runtime: Package = {
  name: "bq2-runtime",
  why: "runs TypeScript: the engine, one primitive for system calls, and bulk work, in one static program",
  license: "MIT",
  version: quickjsSource.version,
  ownSource: "bq2-native",
  needs: [crossTools, linuxHeaders, musl, zlib, bzip2, xz, quickjs],
  build: (place) =>
    programFromList(place, {
      file: runtimeFile(place, place.arch),
      flags: ["-O2", "-Wall", "-Wextra", "-fno-asynchronous-unwind-tables"],
      sources: SOURCES.map((name) => `native/${name}.c`),
      libraries: LIBRARIES,
    }),
};

/**
 * The runtime for `arch`, as a build sees it. `arch` is that of the system, or of the machine that builds.
 */
export function runtimeFile({ sysroot }: Place, arch: ArchFacts): string {
  return `${sysroot}/${arch.triple}/bin/bq2-runtime`;
}
