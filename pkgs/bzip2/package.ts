import type { Package } from "../../src/recipe/package.ts";
import { libraryFromList } from "../compile-list.ts";
import { crossTools } from "../cross-tools/package.ts";
import { musl } from "../musl/package.ts";
import { debian, pin, url } from "../pin.ts";

const SOURCES = ["blocksort", "bzlib", "compress", "crctable", "decompress", "huffman", "randtable"];

const source = pin("bzip2", "1.0.8", (version) => ({
  file: `bzip2-${version}.tar.gz`,
  sha256: "ab5a03176ee106d3f0fa90e381da478ddae405918153cca248e682cd0c4a2269",
  size: 810029,
  origins: [
    url(`https://sourceware.org/pub/bzip2/bzip2-${version}.tar.gz`),
    debian(`main/b/bzip2/bzip2_${version}.orig.tar.gz`),
  ],
}));

export const bzip2: Package = {
  name: "bzip2",
  why: "bzip2 for the runtime: some sources are published as .tar.bz2",
  license: "bzip2-1.0.6",
  version: source.version,
  source,
  needs: [crossTools, musl],
  build: (place) =>
    libraryFromList(place, {
      name: "bz2",
      flags: ["-O2", "-DBZ_NO_STDIO"], // without functions for files and without messages
      sources: SOURCES.map((name) => `${name}.c`),
      headers: [{ from: "bzlib.h", to: "bzlib.h" }],
    }),
};
