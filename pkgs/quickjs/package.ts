import type { Package } from "../../src/recipe/package.ts";
import { libraryFromList } from "../compile-list.ts";
import { crossTools } from "../cross-tools/package.ts";
import { musl } from "../musl/package.ts";

export const QUICKJS_VERSION = "2025-04-26";

/** The engine alone: its own library of system functions (`quickjs-libc.c`) and programs are not used. */
export const QUICKJS_SOURCES = ["cutils", "dtoa", "libregexp", "libunicode", "quickjs"];

export const quickjs: Package = {
  name: "quickjs",
  why: "the JavaScript engine that all of the system's TypeScript runs on",
  license: "MIT",
  version: QUICKJS_VERSION,
  source: {
    name: "quickjs",
    version: QUICKJS_VERSION,
    archives: [
      {
        file: "quickjs-2025-04-26.tar.xz",
        sha256: "ec81da5b3249ed648dbc7df4a1654988910e66a118d9b71cb63534216efcfbbe",
        size: 580408,
        origins: [{ kind: "debian", pool: "main/q/quickjs/quickjs_2025.04.26.orig.tar.xz" }],
      },
    ],
  },
  needs: [crossTools, musl],
  build: (place) =>
    libraryFromList(place, {
      name: "quickjs",
      flags: [
        "-O2",
        "-fno-asynchronous-unwind-tables", // nothing walks the frames of C: 80 KB less
        "-fwrapv", // upstream's Makefile: signed overflow is meant to wrap
        "-D_GNU_SOURCE",
        `-DCONFIG_VERSION="${QUICKJS_VERSION}"`,
      ],
      sources: QUICKJS_SOURCES.map((name) => `${name}.c`),
      headers: [{ from: "quickjs.h", to: "quickjs.h" }],
    }),
};
