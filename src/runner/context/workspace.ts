/**
 * Paths on the host. The plan, its state and the failure reports have the same paths in the generated rootfs,
 * so that a build can be inspected and continued from either side.
 */
import { resolvePath } from "../../base/path.ts";
import type { StepRef } from "../../plan/plan.ts";
import type { Platform } from "../../platform/platform.ts";
import { cacheFolder } from "../../sources/cache.ts";

export interface Workspace {
  /** `data/sysroot` by default. */
  readonly root: string;
  /** A link to the folder of the system file, if the workspace belongs to one. */
  readonly system: string;
  /** Links to the archives of this workspace. */
  readonly sources: string;
  /** The build's additions to the seed's own tree. */
  readonly seedRootfs: string;
  /** The generated rootfs. */
  readonly bq2Rootfs: string;
  readonly plan: string;
  readonly overrides: string;
  readonly state: string;
  readonly reports: string;
  /** The result of `verify ledger`. */
  readonly ledger: string;
  /** Whole logs of steps, `<phase>/<step>.log`. */
  readonly logs: string;
  /** Overlays of running and failed steps. */
  readonly work: string;
  /** Tarball, image, SHA256SUMS. */
  readonly artifacts: string;
  readonly lock: string;
  readonly cache: Cache;
}

/** What all checkouts share: archives, seeds, unpacked sources, the store of outputs. */
export interface Cache {
  readonly root: string;
  readonly sourceTrees: string;
  readonly store: string;
  /** How long steps took (`durations.ts`). */
  readonly durations: string;
}

/** The workspace of a checkout. */
export const DEFAULT_WORKDIR = "data/sysroot";
/** The name of a system file, by default. */
export const SYSTEM_FILE = "system.ts";
/** The workspace of a system, beside its file. */
export const SYSTEM_WORKDIR = ".bq2";

/**
 * `workdir` is absolute or relative to the current folder. By default it is that of the system file in the
 * current folder, else {@link DEFAULT_WORKDIR}; `cache` comes from the environment.
 */
export function workspaceAt(
  platform: Platform,
  workdir: string | undefined,
  cache = cacheFolder(platform.host),
): Workspace {
  const root = resolvePath(platform.host.cwd, workdir ?? defaultWorkdir(platform));
  const seedRootfs = `${root}/seed-rootfs`;
  const bq2Rootfs = `${seedRootfs}/bq2-rootfs`;
  const documents = `${bq2Rootfs}/var/lib`;
  return {
    root,
    system: `${root}/system`,
    sources: `${root}/sources`,
    seedRootfs,
    bq2Rootfs,
    plan: `${documents}/sysroot-build-plan.json`,
    overrides: `${documents}/sysroot-build-overrides.json`,
    state: `${documents}/sysroot-build-state.json`,
    reports: `${documents}/sysroot-build-reports`,
    ledger: `${documents}/sysroot-build-ledger.json`,
    logs: `${root}/logs`,
    work: `${root}/work`,
    artifacts: `${root}/output`,
    lock: `${root}/.lock`,
    cache: cacheAt(cache),
  };
}

function defaultWorkdir({ files, host }: Platform): string {
  const isThere = files.statusFollowed(resolvePath(host.cwd, SYSTEM_FILE))?.kind === "file";
  return isThere ? SYSTEM_WORKDIR : DEFAULT_WORKDIR;
}

function cacheAt(root: string): Cache {
  return {
    root,
    sourceTrees: `${root}/source-trees`,
    store: `${root}/store`,
    durations: `${root}/step-seconds.json`,
  };
}

/** The folders and the log of one step. */
export interface StepFolders {
  /** Removed when the step succeeds, and kept after a failure. */
  readonly scratch: string;
  /** The changes of the step's overlay; its `upper` contains what the step wrote. */
  readonly changes: string;
  /** An empty folder on which the step's view is mounted. */
  readonly mountPoint: string;
  /** The whole log. */
  readonly log: string;
}

export function stepFolders({ work, logs }: Workspace, { phase, step }: StepRef): StepFolders {
  const scratch = `${work}/${phase}/${step}`;
  return {
    scratch,
    changes: `${scratch}/changes`,
    mountPoint: `${scratch}/mount`,
    log: `${logs}/${phase}/${step}.log`,
  };
}

/** The layout that `sysroot-builder` makes. */
export function workspaceFolders(workspace: Workspace): string[] {
  return [
    workspace.sources,
    `${workspace.seedRootfs}/opt/sysroot`,
    `${workspace.bq2Rootfs}/var/lib`,
    `${workspace.bq2Rootfs}/workspace`,
    workspace.artifacts,
  ];
}
