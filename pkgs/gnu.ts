/** What packages with GNU's build system (autoconf, automake) have in common here. */
import type { InsideAction } from "../src/plan/action.ts";
import type { Build } from "../src/plan/build.ts";
import type { Place } from "../src/recipe/package.ts";

type ConfigureMake = Extract<Build, { kind: "configure-make" }>;

/**
 * configure, make, make install. Configured as for another machine than the building one: it then runs no test programs,
 * so its answers do not depend on where it is built. `prepare`: what comes before. `manuals`: folders below the prefix that
 * nobody here reads.
 */
export function gnuBuild(
  place: Place,
  {
    prepare = [],
    configureFlags,
    manuals,
  }: {
    readonly prepare?: readonly InsideAction[];
    readonly configureFlags: readonly string[];
    readonly manuals: readonly string[];
  },
): ConfigureMake {
  const flags = ["MAKEINFO=true", "HELP2MAN=true"]; // their archives carry finished manuals
  return {
    kind: "configure-make",
    inTree: false,
    prepare: [...prepare],
    configureFlags: [
      `--build=${place.arch.seedTriple}`,
      `--host=${place.arch.triple}`,
      `CFLAGS=-O2 -ffile-prefix-map=${place.source}=.`, // assertions name their source file
      "LDFLAGS=-s",
      "--disable-nls",
      ...configureFlags,
    ],
    make: { targets: [], flags },
    install: { targets: ["install"], flags },
    finish: manuals.map(
      (folder): InsideAction => ({ kind: "remove", path: `${place.destdir}${place.prefix}/${folder}` }),
    ),
  };
}
