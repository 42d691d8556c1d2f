import type { Package } from "../../src/recipe/package.ts";
import { libraryFromList } from "../compile-list.ts";
import { crossTools } from "../cross-tools/package.ts";
import { musl } from "../musl/package.ts";
import { debian, pin } from "../pin.ts";

/**
 * The whole library except its functions for files (`gz*.c`) and the older interface to inflate
 * (`infback.c`).
 */
const SOURCES = [
  "adler32",
  "compress",
  "crc32",
  "deflate",
  "inffast",
  "inflate",
  "inftrees",
  "trees",
  "uncompr",
  "zutil",
];

export const zlibSource = pin("zlib", "1.3.1", (version) => ({
  file: `zlib-${version}.tar.gz`,
  sha256: "60dd315c07f616887caa029408308a018ace66e3d142726a97db164b3b8f69fb",
  size: 1325737,
  origins: [debian(`main/z/zlib/zlib_1.3.dfsg+really${version}.orig.tar.gz`)],
}));

export const zlib: Package = {
  name: "zlib",
  why: "deflate and crc32 for the runtime: gzip archives, compressed QCOW2",
  license: "Zlib",
  version: zlibSource.version,
  source: zlibSource,
  needs: [crossTools, musl],
  build: (place) =>
    libraryFromList(place, {
      name: "z",
      flags: ["-O2"],
      sources: SOURCES.map((name) => `${name}.c`),
      headers: ["zlib.h", "zconf.h"].map((name) => ({ from: name, to: name })),
    }),
};
