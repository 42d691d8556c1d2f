import type { Package } from "../../src/recipe/package.ts";
import { crossTools } from "../cross-tools/package.ts";
import { gnuBuild } from "../gnu.ts";
import { musl } from "../musl/package.ts";

export const m4: Package = {
  name: "m4",
  why: "bison and flex fill their templates with it",
  license: "GPL-3.0-or-later",
  version: "1.4.19",
  source: {
    name: "m4",
    version: "1.4.19",
    archives: [
      {
        file: "m4-1.4.19.tar.xz",
        sha256: "63aede5c6d33b6d9b13511cd0be2cac046f2e70fd0a07aa9573a04a82783af96",
        size: 1654908,
        origins: [{ kind: "debian", pool: "main/m/m4/m4_1.4.19.orig.tar.xz" }],
      },
    ],
  },
  needs: [crossTools, musl],
  build: (place) => gnuBuild(place, { configureFlags: [], manuals: ["share"] }),
};
