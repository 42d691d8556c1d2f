import type { ArchFacts } from "../../src/base/arch.ts";
import type { Package, Place } from "../../src/recipe/package.ts";
import { bzip2 } from "../bzip2/package.ts";
import { programFromList } from "../compile-list.ts";
import { crossTools } from "../cross-tools/package.ts";
import { linuxHeaders } from "../linux-headers/package.ts";
import { musl } from "../musl/package.ts";
import { QUICKJS_VERSION, quickjs } from "../quickjs/package.ts";
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
  "syscall",
];

/** The linker looks into each library once, in this order. */
const LIBRARIES = ["quickjs", "lzma", "bz2", "z", "m"];

export const bq2Runtime: Package = {
  name: "bq2-runtime",
  why: "runs TypeScript: the engine, one system call primitive, and bulk work, in one static file",
  license: "MIT",
  version: QUICKJS_VERSION,
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

/** Where a build finds the runtime for `arch`: of the system, or of the machine that it runs on. */
export function runtimeFile({ sysroot }: Place, arch: ArchFacts): string {
  return `${sysroot}/${arch.triple}/bin/bq2-runtime`;
}
