import { copy } from "../../src/recipe/inside-actions.ts";
import type { Package } from "../../src/recipe/package.ts";
import { crossTools } from "../cross-tools/package.ts";
import { gnuBuild } from "../gnu.ts";
import { m4 } from "../m4/package.ts";
import { musl } from "../musl/package.ts";
import { debian, pin } from "../pin.ts";

const source = pin("bison", "3.8.2", (version) => ({
  file: `bison-${version}.tar.xz`,
  sha256: "dff8a3c96dd34121828f62a7fa49e1f7765815b89e59f564e8d2a9e71c177be5",
  size: 2654920,
  origins: [debian(`main/b/bison/bison_${version}+dfsg.orig.tar.xz`)],
}));

export const bison: Package = {
  name: "bison",
  why: "generates the parser of the kernel's Kconfig reader",
  license: "GPL-3.0-or-later",
  version: source.version,
  source,
  needs: [crossTools, musl, m4],
  build: (place) =>
    gnuBuild(place, {
      // Debian's archive lacks the manual, because Debian does not accept its licence. Make would want to
      // build the files that derive from it. Copies of other files replace them, with the same times, so that
      // make has nothing to do (and needs no perl).
      prepare: [
        ["fdl.texi", "bison.texi"],
        ["stamp-vti", "bison.info"],
        ["stamp-vti", "bison.info.bak"],
      ].map(([from, to]) => copy(`${place.source}/doc/${from}`, `${place.source}/doc/${to}`)),
      configureFlags: ["--disable-yacc", "M4=/usr/bin/m4"],
      manuals: ["share/aclocal", "share/doc", "share/info", "share/man"],
    }),
};
