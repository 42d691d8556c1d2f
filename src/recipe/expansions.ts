/** From a step's fields to the actions that carry it out. Pure; what `--dry-run` prints. */
import { dirname } from "../base/path.ts";
import { type Action, type InsideAction, objectName, SHARED_JOBS } from "../plan/action.ts";
import type { Build } from "../plan/build.ts";
import { type Phase, pathIn, type Step } from "../plan/plan.ts";
import { kconfigText } from "./kconfig.ts";
import { SOURCE_ROOT } from "./package.ts";

/** A step in its phase, with what its actions have in common. */
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
    return [
      ...(build.inTree ? [] : [folder(cwd)]),
      ...build.prepare,
      run(scene, cwd, [
        `${scene.source}/configure`,
        `--prefix=${scene.step.prefix}`,
        ...build.configureFlags,
      ]),
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
      folder(out),
      { kind: "write-file", path: build.answers, mode: "0644", text: kconfigText(build.options) },
      make(scene, scene.source, call(build.configure)),
      { kind: "check-kconfig", config: `${out}/.config`, options: build.options },
      make(scene, scene.source, call(build.make)),
      ...optionalMake(scene, scene.source, call(build.install)),
      ...build.finish,
    ];
  },
  "compile-list": (build, scene) => {
    const { workdir } = scene.step;
    const inTree = (path: string) => (path.startsWith("/") ? path : `${scene.source}/${path}`);
    const sources = build.sources.map(inTree);
    const objects = sources.map(objectName);
    const { output } = build;
    return [
      folder(workdir),
      ...build.prepare,
      {
        kind: "compile",
        argv: [build.compiler, ...build.flags],
        sources,
        folder: workdir,
        env: { ...scene.env },
      },
      folder(dirname(output.file)),
      output.kind === "library"
        ? run(scene, workdir, [build.archiver, "rcsD", output.file, ...objects]) // D: no times, no owners
        : run(scene, workdir, [
            build.compiler,
            ...output.flags,
            "-o",
            output.file,
            ...objects,
            ...output.libraries,
          ]),
      ...build.headers.map(
        ({ from, to }): InsideAction => ({ kind: "copy", from: inTree(from), to, only: "" }),
      ),
      ...build.finish,
    ];
  },
  actions: (build, scene) => build.actions.map((action) => withStepEnv(action, scene)),
  host: (build) => [build.action],
};

/** The actions of `step` in `phase`, in order: patches first, then what its build expands to. */
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

function folder(path: string): InsideAction {
  return { kind: "make-folder", path, mode: "0755" };
}

function run(scene: Scene, cwd: string, argv: readonly string[]): InsideAction {
  return { kind: "run", argv: [...argv], cwd, env: { ...scene.env } };
}

interface MakeCall {
  readonly targets: readonly string[];
  readonly flags: readonly string[];
}

function make(scene: Scene, cwd: string, call: MakeCall): InsideAction {
  return run(scene, cwd, ["make", SHARED_JOBS, ...call.flags, ...call.targets]);
}

function optionalMake(scene: Scene, cwd: string, call: MakeCall): InsideAction[] {
  return call.targets.length === 0 ? [] : [make(scene, cwd, call)];
}

/** Programs that an `actions` build runs get the phase's and step's environment below their own. */
function withStepEnv(action: InsideAction, scene: Scene): InsideAction {
  const runsPrograms = action.kind === "run" || action.kind === "compile";
  return runsPrograms ? { ...action, env: { ...scene.env, ...action.env } } : action;
}
