import type { Package } from "../../src/recipe/package.ts";
import { libraryFromList } from "../compile-list.ts";
import { crossTools } from "../cross-tools/package.ts";
import { musl } from "../musl/package.ts";

const SOURCES = ["blocksort", "bzlib", "compress", "crctable", "decompress", "huffman", "randtable"];

export const bzip2: Package = {
  name: "bzip2",
  why: "bzip2 for the runtime: some sources come as .tar.bz2",
  license: "bzip2-1.0.6",
  version: "1.0.8",
  source: {
    name: "bzip2",
    version: "1.0.8",
    archives: [
      {
        file: "bzip2-1.0.8.tar.gz",
        sha256: "ab5a03176ee106d3f0fa90e381da478ddae405918153cca248e682cd0c4a2269",
        size: 810029,
        origins: [
          { kind: "url", url: "https://sourceware.org/pub/bzip2/bzip2-1.0.8.tar.gz" },
          { kind: "debian", pool: "main/b/bzip2/bzip2_1.0.8.orig.tar.gz" },
        ],
      },
    ],
  },
  needs: [crossTools, musl],
  build: (place) =>
    libraryFromList(place, {
      name: "bz2",
      flags: ["-O2", "-DBZ_NO_STDIO"], // no functions on files, no messages of its own
      sources: SOURCES.map((name) => `${name}.c`),
      headers: [{ from: "bzlib.h", to: "bzlib.h" }],
    }),
};
