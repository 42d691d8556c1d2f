import type { Package } from "../../src/recipe/package.ts";
import { copy } from "../copy.ts";
import { crossTools } from "../cross-tools/package.ts";
import { gnuBuild } from "../gnu.ts";
import { m4 } from "../m4/package.ts";
import { musl } from "../musl/package.ts";

export const bison: Package = {
  name: "bison",
  why: "the kernel's Kconfig reader has a grammar",
  license: "GPL-3.0-or-later",
  version: "3.8.2",
  source: {
    name: "bison",
    version: "3.8.2",
    archives: [
      {
        file: "bison-3.8.2.tar.xz",
        sha256: "dff8a3c96dd34121828f62a7fa49e1f7765815b89e59f564e8d2a9e71c177be5",
        size: 2654920,
        origins: [{ kind: "debian", pool: "main/b/bison/bison_3.8.2+dfsg.orig.tar.xz" }],
      },
    ],
  },
  needs: [crossTools, musl, m4],
  build: (place) =>
    gnuBuild(place, {
      // Debian's archive lacks the manual, whose licence Debian does not accept, and what is made of it would be missed. These
      // stand in, as old as the files that they are copies of, so that make finds nothing to do (and needs no perl).
      prepare: [
        ["fdl.texi", "bison.texi"],
        ["stamp-vti", "bison.info"],
        ["stamp-vti", "bison.info.bak"],
      ].map(([from, to]) => copy(`${place.source}/doc/${from}`, `${place.source}/doc/${to}`)),
      configureFlags: ["--disable-yacc", "M4=/usr/bin/m4"],
      manuals: ["share/aclocal", "share/doc", "share/info", "share/man"],
    }),
};
