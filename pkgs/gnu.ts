/** What packages with GNU's build system (autoconf, automake) share here. */
import type { InsideAction } from "../src/plan/action.ts";
import type { Build } from "../src/plan/build.ts";
import { remove } from "../src/recipe/inside-actions.ts";
import type { Place } from "../src/recipe/package.ts";
import { withoutPath } from "./toolchain.ts";

type ConfigureMake = Extract<Build, { kind: "configure-make" }>;

/**
 * configure, make, make install. The build machine and the host have different names here, so configure takes
 * them for different machines. It then runs no test programs, and its answers do not depend on the machine
 * that builds.
 */
export function gnuBuild(
  place: Place,
  {
    prepare = [],
    configureFlags,
    manuals,
  }: {
    /** Actions before configure. */
    readonly prepare?: readonly InsideAction[];
    readonly configureFlags: readonly string[];
    /** Folders below the prefix that hold documentation. They are removed. */
    readonly manuals: readonly string[];
  },
): ConfigureMake {
  const flags = ["MAKEINFO=true", "HELP2MAN=true"]; // the archives contain finished manuals
  return {
    kind: "configure-make",
    inTree: false,
    prepare: [...prepare],
    configureFlags: [
      `--build=${place.arch.seedTriple}`,
      `--host=${place.arch.triple}`,
      `CFLAGS=-O2 ${withoutPath(place.source)}`,
      "LDFLAGS=-s",
      "--disable-nls",
      ...configureFlags,
    ],
    make: { targets: [], flags },
    install: { targets: ["install"], flags },
    finish: manuals.map((folder) => remove(`${place.destdir}${place.prefix}/${folder}`)),
  };
}
