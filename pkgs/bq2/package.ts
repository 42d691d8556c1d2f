/**
 * This project itself, as the system's program. It builds itself: the runtime runs the TypeScript as it is
 * (`native/bootstrap.mjs`), and that program then compiles its own source (`bq2 program`).
 */
import type { InsideAction } from "../../src/plan/action.ts";
import { copy, remove, run, symlink } from "../../src/recipe/inside-actions.ts";
import type { Package, Place } from "../../src/recipe/package.ts";
import { releaseName, SOURCE_ROOT, SYSROOT } from "../../src/recipe/package.ts";
import { bq2Runtime, runtimeFile } from "../bq2-runtime/package.ts";
import { type NpmSource, stricli, tsBlankSpace, typescript, valibot } from "../npm.ts";
import { API_SOURCES } from "./api-sources.ts";
import { COMMAND_LINKS } from "./links.ts";

export const NPM_SOURCES: readonly NpmSource[] = [stricli, tsBlankSpace, typescript, valibot];

/**
 * The parts of {@link NPM_SOURCES} that an image contains, so that this project can be compiled and
 * type-checked there.
 */
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

/** TypeScript's declaration files that do not describe JavaScript's own library. */
const FOREIGN_DECLARATIONS = [
  ...["lib.dom.asynciterable", "lib.dom", "lib.dom.iterable", "lib.scripthost", "lib.webworker"],
  ...["lib.webworker.asynciterable", "lib.webworker.importscripts", "lib.webworker.iterable"],
  ...["tsserverlibrary", "typescript"],
];

/** The program in a rootfs. */
export const BQ2_PATH = "/usr/bin/bq2";

export const bq2: Package = {
  name: "bq2",
  why: "the system's own program: process 1, the commands, and the build",
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
      why: "it compiles itself, without a makefile",
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
        copy(`${SOURCE_ROOT}/${releaseName(typescript.pin)}/lib`, `${library}/lib`, ".d.ts"),
        ...FOREIGN_DECLARATIONS.map((name) => remove(`${library}/lib/${name}.d.ts`)),
        ...API_SOURCES.map((path) => copy(`${place.source}/${path}`, `${library}/api/${path}`)),
        ...NPM_SOURCES.map(({ pin, licenseFile }) =>
          copy(
            `${SOURCE_ROOT}/${releaseName(pin)}/${licenseFile}`,
            `${place.destdir}/usr/share/licenses/${pin.name}/${licenseFile}`,
          ),
        ),
        ...COMMAND_LINKS.map(({ path, target }) => symlink(`${place.destdir}${path}`, target)),
      ],
    };
  },
};

/** The program alone, for a cross build: it writes the artifacts on the machine that builds. */
export const ownProgram: Package = {
  name: "bq2-program",
  why: "writes the tarball and the image if the machine cannot run the system's own program",
  license: "MIT",
  version: "",
  ownSource: "bq2",
  extraSources: NPM_SOURCES.map(({ pin }) => pin),
  needs: [bq2Runtime],
  build: (place) => ({
    kind: "actions",
    why: "it is made like the package bq2",
    actions: [
      ...linkPackages(place),
      compile(place, ["--output", ownProgramFile(place), "--runtime", runtimeFile(place, place.arch)]),
    ],
  }),
};

/** {@link ownProgram} in a cross build. */
export function ownProgramFile({ seedArch }: Pick<Place, "seedArch">): string {
  return `${SYSROOT}/${seedArch.triple}/bin/bq2`;
}

function packagesOf(place: Place): string {
  return `${place.workdir}/packages`;
}

/** Links the npm packages into the folder in which {@link runFromSource} looks for imports. */
export function linkPackages(place: Place): InsideAction[] {
  return NPM_SOURCES.map(({ module, pin }) =>
    symlink(`${packagesOf(place)}/${module}`, `${SOURCE_ROOT}/${releaseName(pin)}`),
  );
}

/** Runs `bq2 program …`. */
function compile(place: Place, args: readonly string[]): InsideAction {
  const places = ["--project", place.source, "--packages", packagesOf(place)];
  return runFromSource(place, ["program", ...places, ...args]);
}

/** Runs `bq2 …` straight from its source. */
export function runFromSource(place: Place, args: readonly string[]): InsideAction {
  const argv = [runtimeFile(place, place.seedArch), "native/bootstrap.mjs", "src/main-quickjs.ts", ...args];
  return run(place.source, argv, { NODE_PATH: packagesOf(place) });
}
