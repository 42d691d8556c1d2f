/**
 * This project itself, as the system's program. Built by what it is built from: the runtime reads its TypeScript
 * (`native/bootstrap.mjs`), which then compiles itself (`bq2 program`).
 */
import type { InsideAction } from "../../src/plan/action.ts";
import type { Package, Place } from "../../src/recipe/package.ts";
import { releaseName, SOURCE_ROOT, SYSROOT } from "../../src/recipe/package.ts";
import { bq2Runtime, runtimeFile } from "../bq2-runtime/package.ts";
import { copy } from "../copy.ts";
import { type NpmSource, stricli, tsBlankSpace, typescript, valibot } from "../npm.ts";
import { API_SOURCES } from "./api-sources.ts";
import { APPLET_LINKS } from "./links.ts";

export const NPM_SOURCES: readonly NpmSource[] = [stricli, tsBlankSpace, typescript, valibot];

/** What an image has of them beside this project's source, so that it can be compiled and its types be checked. */
export const OWN_MODULES = [
  { module: stricli.module, pin: releaseName(stricli.pin), only: [] },
  { module: tsBlankSpace.module, pin: releaseName(tsBlankSpace.pin), only: ["/package.json", ".d.ts"] },
  {
    module: typescript.module,
    pin: releaseName(typescript.pin),
    only: ["/package.json", "/lib/typescript.d.ts"],
  },
  { module: valibot.module, pin: releaseName(valibot.pin), only: [] },
] as const;

/** Of TypeScript's declaration files: what is not JavaScript's own library. */
const FOREIGN_DECLARATIONS = [
  ...["lib.dom.asynciterable", "lib.dom", "lib.dom.iterable", "lib.scripthost", "lib.webworker"],
  ...["lib.webworker.asynciterable", "lib.webworker.importscripts", "lib.webworker.iterable"],
  ...["tsserverlibrary", "typescript"],
];

/** Where a rootfs has the program. */
export const BQ2_PATH = "/usr/bin/bq2";

export const bq2: Package = {
  name: "bq2",
  why: "the system's program, from process 1 to the build",
  license: "MIT",
  version: "",
  ownSource: "bq2",
  extraSources: NPM_SOURCES.map(({ pin }) => pin),
  needs: [bq2Runtime],
  tools: [bq2Runtime],
  build(place) {
    const library = `${place.destdir}/usr/lib/bq2`;
    return {
      kind: "actions",
      why: "it compiles itself: there is no compiler's driver and no makefile",
      actions: [
        ...linkPackages(place),
        compile(place, [
          "--output",
          `${place.destdir}${BQ2_PATH}`,
          "--runtime",
          runtimeFile(place, place.arch),
        ]),
        compile(place, [
          "--library",
          "--output",
          `${library}/typescript`,
          "--entry",
          "typescript",
          "--entry",
          "ts-blank-space",
        ]),
        {
          kind: "copy",
          from: `${SOURCE_ROOT}/${releaseName(typescript.pin)}/lib`,
          to: `${library}/lib`,
          only: ".d.ts",
        },
        ...FOREIGN_DECLARATIONS.map(
          (name): InsideAction => ({ kind: "remove", path: `${library}/lib/${name}.d.ts` }),
        ),
        ...API_SOURCES.map((path) => copy(`${place.source}/${path}`, `${library}/api/${path}`)),
        ...NPM_SOURCES.map(({ pin, licenseFile }) =>
          copy(
            `${SOURCE_ROOT}/${releaseName(pin)}/${licenseFile}`,
            `${place.destdir}/usr/share/licenses/${pin.name}/${licenseFile}`,
          ),
        ),
        ...APPLET_LINKS.map(
          ({ path, target }): InsideAction => ({ kind: "symlink", path: `${place.destdir}${path}`, target }),
        ),
      ],
    };
  },
};

/** The program alone, for the machine that a system of another architecture is built on: it writes the outputs. */
export const ownProgram: Package = {
  name: "bq2-program",
  why: "writes the tarball and the image where the system's own program cannot run",
  license: "MIT",
  version: "",
  ownSource: "bq2",
  extraSources: NPM_SOURCES.map(({ pin }) => pin),
  needs: [bq2Runtime],
  build: (place) => ({
    kind: "actions",
    why: "as in the package bq2",
    actions: [
      ...linkPackages(place),
      compile(place, ["--output", ownProgramFile(place), "--runtime", runtimeFile(place, place.arch)]),
    ],
  }),
};

/** Where a cross build has it. */
export function ownProgramFile({ seedArch }: Pick<Place, "seedArch">): string {
  return `${SYSROOT}/${seedArch.triple}/bin/bq2`;
}

function packagesOf(place: Place): string {
  return `${place.workdir}/packages`;
}

/** What imports of packages find, for {@link runFromSource}. */
export function linkPackages(place: Place): InsideAction[] {
  return NPM_SOURCES.map(({ module, pin }) => ({
    kind: "symlink",
    path: `${packagesOf(place)}/${module}`,
    target: `${SOURCE_ROOT}/${releaseName(pin)}`,
  }));
}

/** `bq2 program …` */
function compile(place: Place, args: readonly string[]): InsideAction {
  const places = ["--project", place.source, "--packages", packagesOf(place)];
  return runFromSource(place, ["program", ...places, ...args]);
}

/** `bq2 …`, straight from source. */
export function runFromSource(place: Place, args: readonly string[]): InsideAction {
  return {
    kind: "run",
    argv: [runtimeFile(place, place.seedArch), "native/bootstrap.mjs", "src/main-quickjs.ts", ...args],
    cwd: place.source,
    env: { NODE_PATH: packagesOf(place) },
  };
}
