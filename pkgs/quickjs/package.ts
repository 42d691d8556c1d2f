import type { Package } from "../../src/recipe/package.ts";
import { libraryFromList } from "../compile-list.ts";
import { crossTools } from "../cross-tools/package.ts";
import { musl } from "../musl/package.ts";
import { debian, pin } from "../pin.ts";

/** The engine alone. Its library of system functions (`quickjs-libc.c`) and its programs are not used. */
export const QUICKJS_SOURCES = ["cutils", "dtoa", "libregexp", "libunicode", "quickjs"];

export const quickjsSource = pin("quickjs", "2025-04-26", (version) => ({
  file: `quickjs-${version}.tar.xz`,
  sha256: "ec81da5b3249ed648dbc7df4a1654988910e66a118d9b71cb63534216efcfbbe",
  size: 580408,
  origins: [debian(`main/q/quickjs/quickjs_${version.replaceAll("-", ".")}.orig.tar.xz`)],
}));

export const quickjs: Package = {
  name: "quickjs",
  why: "the JavaScript engine that runs all of the system's TypeScript",
  license: "MIT",
  version: quickjsSource.version,
  source: quickjsSource,
  needs: [crossTools, musl],
  build: (place) =>
    libraryFromList(place, {
      name: "quickjs",
      flags: [
        "-O2",
        "-fno-asynchronous-unwind-tables", // nothing walks the frames of C; saves 80 KB
        "-fwrapv", // as in upstream's Makefile: signed overflow must wrap
        "-D_GNU_SOURCE",
        `-DCONFIG_VERSION="${quickjsSource.version}"`,
      ],
      sources: QUICKJS_SOURCES.map((name) => `${name}.c`),
      headers: [{ from: "quickjs.h", to: "quickjs.h" }],
    }),
};
