/** Turns a step's build into the actions that carry it out. Pure; `--dry-run` prints the result. */
import { dirname } from "../base/path.ts";
import { type Action, type InsideAction, objectName } from "../plan/action.ts";
import type { Build } from "../plan/build.ts";
import { type Phase, pathIn, type Step } from "../plan/plan.ts";
import { copy, makeFolder, run, runMake, writeFile } from "./inside-actions.ts";
import { kconfigText } from "./kconfig.ts";
import { SOURCE_ROOT } from "./package.ts";

/** A step within its phase, and what all its actions share. */
interface Scene {
  readonly step: Step;
  readonly env: Readonly<Record<string, string>>;
  readonly source: string;
  /** `DESTDIR=…` for make, or nothing. */
  readonly destdir: readonly string[];
}

type Expansion = {
  readonly [K in Build["kind"]]: (build: Extract<Build, { kind: K }>, scene: Scene) => Action[];
};

const EXPANSIONS: Expansion = {
  "configure-make": (build, scene) => {
    const cwd = build.inTree ? scene.source : scene.step.workdir;
    const configure = [`${scene.source}/configure`, `--prefix=${scene.step.prefix}`, ...build.configureFlags];
    return [
      ...(build.inTree ? [] : [makeFolder(cwd)]),
      ...build.prepare,
      run(cwd, configure, scene.env),
      make(scene, cwd, build.make),
      make(scene, cwd, { ...build.install, flags: [...build.install.flags, ...scene.destdir] }),
      ...build.finish,
    ];
  },
  make: (build, scene) => [
    make(scene, scene.source, build.make),
    ...optionalMake(scene, scene.source, build.install),
    ...build.finish,
  ],
  kbuild: (build, scene) => {
    const out = scene.step.workdir;
    const call = ({ targets, flags }: MakeCall): MakeCall => ({
      targets,
      flags: [`O=${out}`, ...build.flags, ...flags],
    });
    return [
      makeFolder(out),
      writeFile(build.answers, kconfigText(build.options)),
      make(scene, scene.source, call(build.configure)),
      { kind: "check-kconfig", config: `${out}/.config`, options: build.options },
      make(scene, scene.source, call(build.make)),
      ...optionalMake(scene, scene.source, call(build.install)),
      ...build.finish,
    ];
  },
  "compile-list": (build, scene) => {
    const { workdir } = scene.step;
    const { compiler, archiver, output } = build;
    const inTree = (path: string) => (path.startsWith("/") ? path : `${scene.source}/${path}`);
    const sources = build.sources.map(inTree);
    const objects = sources.map(objectName);
    const argv =
      output.kind === "library"
        ? [archiver, "rcsD", output.file, ...objects] // D: without times and owners
        : [compiler, ...output.flags, "-o", output.file, ...objects, ...output.libraries];
    return [
      makeFolder(workdir),
      ...build.prepare,
      {
        kind: "compile",
        argv: [compiler, ...build.flags],
        sources,
        folder: workdir,
        env: { ...scene.env },
      },
      makeFolder(dirname(output.file)),
      run(workdir, argv, scene.env),
      ...build.headers.map(({ from, to }) => copy(inTree(from), to)),
      ...build.finish,
    ];
  },
  actions: (build, scene) => build.actions.map((action) => withStepEnv(action, scene)),
  coordinator: (build) => [build.action],
};

/** The actions of `step` in `phase`, in order: its patches, then what its build expands to. */
export function actionsOf(phase: Phase, step: Step): Action[] {
  const source = step.sources[0] === undefined ? "" : `${SOURCE_ROOT}/${step.sources[0]}`;
  const scene: Scene = {
    step,
    env: { ...phase.env, ...step.env },
    source,
    destdir: phase.destdir === null ? [] : [`DESTDIR=${pathIn(phase.namespace, phase.destdir)}`],
  };
  const patches = step.patches.map(
    (patch): InsideAction => ({ kind: "patch", folder: source, file: patch.file, sha256: patch.sha256 }),
  );
  const expand = EXPANSIONS[step.build.kind] as (build: Build, scene: Scene) => Action[];
  return [...patches, ...expand(step.build, scene)];
}

interface MakeCall {
  readonly targets: readonly string[];
  readonly flags: readonly string[];
}

function make(scene: Scene, cwd: string, { flags, targets }: MakeCall): InsideAction {
  return runMake(cwd, [...flags, ...targets], scene.env);
}

function optionalMake(scene: Scene, cwd: string, call: MakeCall): InsideAction[] {
  return call.targets.length === 0 ? [] : [make(scene, cwd, call)];
}

/** Adds the environment of the phase and the step to a program's own, which takes precedence. */
function withStepEnv(action: InsideAction, scene: Scene): InsideAction {
  const runsPrograms = action.kind === "run" || action.kind === "compile";
  return runsPrograms ? { ...action, env: { ...scene.env, ...action.env } } : action;
}
