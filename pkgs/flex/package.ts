import type { Package } from "../../src/recipe/package.ts";
import { crossTools } from "../cross-tools/package.ts";
import { gnuBuild } from "../gnu.ts";
import { m4 } from "../m4/package.ts";
import { musl } from "../musl/package.ts";

export const flex: Package = {
  name: "flex",
  why: "the kernel's Kconfig and device tree readers have lexers",
  license: "BSD-2-Clause",
  version: "2.6.4",
  source: {
    name: "flex",
    version: "2.6.4",
    archives: [
      {
        file: "flex-2.6.4.tar.gz",
        sha256: "e87aae032bf07c26f85ac0ed3250998c37621d95f8bd748b31f15b33c45ee995",
        size: 1419096,
        origins: [{ kind: "debian", pool: "main/f/flex/flex_2.6.4.orig.tar.gz" }],
      },
    ],
  },
  needs: [crossTools, musl, m4],
  build: (place) =>
    gnuBuild(place, {
      configureFlags: [
        "--disable-shared",
        "--disable-bootstrap", // its archive has the lexer that it would make of itself
        `CC_FOR_BUILD=${place.buildCompiler}`,
        "CPPFLAGS=-D_GNU_SOURCE", // reallocarray
        "M4=/usr/bin/m4",
        // What configure runs a program for, and takes for missing where it may not.
        "ac_cv_func_malloc_0_nonnull=yes",
        "ac_cv_func_realloc_0_nonnull=yes",
      ],
      manuals: ["share"],
    }),
};
