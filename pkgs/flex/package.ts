import type { Package } from "../../src/recipe/package.ts";
import { crossTools } from "../cross-tools/package.ts";
import { gnuBuild } from "../gnu.ts";
import { m4 } from "../m4/package.ts";
import { musl } from "../musl/package.ts";
import { debian, pin } from "../pin.ts";

const source = pin("flex", "2.6.4", (version) => ({
  file: `flex-${version}.tar.gz`,
  sha256: "e87aae032bf07c26f85ac0ed3250998c37621d95f8bd748b31f15b33c45ee995",
  size: 1419096,
  origins: [debian(`main/f/flex/flex_${version}.orig.tar.gz`)],
}));

export const flex: Package = {
  name: "flex",
  why: "generates the lexers of the kernel's Kconfig and device tree readers",
  license: "BSD-2-Clause",
  version: source.version,
  source,
  needs: [crossTools, musl, m4],
  build: (place) =>
    gnuBuild(place, {
      configureFlags: [
        "--disable-shared",
        "--disable-bootstrap", // the archive contains the lexer that flex would generate for itself
        `CC_FOR_BUILD=${place.buildCompiler}`,
        "CPPFLAGS=-D_GNU_SOURCE", // declares reallocarray
        "M4=/usr/bin/m4",
        // configure runs a program to find these out, and assumes the worst if it may not run one.
        "ac_cv_func_malloc_0_nonnull=yes",
        "ac_cv_func_realloc_0_nonnull=yes",
      ],
      manuals: ["share"],
    }),
};
