import type { Package } from "../../src/recipe/package.ts";
import { crossTools } from "../cross-tools/package.ts";
import { gnuBuild } from "../gnu.ts";
import { musl } from "../musl/package.ts";
import { debian, pin } from "../pin.ts";

const source = pin("m4", "1.4.19", (version) => ({
  file: `m4-${version}.tar.xz`,
  sha256: "63aede5c6d33b6d9b13511cd0be2cac046f2e70fd0a07aa9573a04a82783af96",
  size: 1654908,
  origins: [debian(`main/m/m4/m4_${version}.orig.tar.xz`)],
}));

export const m4: Package = {
  name: "m4",
  why: "the macro processor with which bison and flex fill in their templates",
  license: "GPL-3.0-or-later",
  version: source.version,
  source,
  needs: [crossTools, musl],
  build: (place) => gnuBuild(place, { configureFlags: [], manuals: ["share"] }),
};
