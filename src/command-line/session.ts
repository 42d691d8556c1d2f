/** Opens a workspace for a command: lock, plan, overrides and state. */
import { Bq2Error } from "../base/error.ts";
import type { Bind } from "../linux/view.ts";
import type { Plan } from "../plan/plan.ts";
import type { State } from "../plan/state.ts";
import { makeFolders, removeTree } from "../platform/files.ts";
import type { RunContext } from "../runner/context/context.ts";
import { requirePlan, saveState, stateOfPlan, withOverrides } from "../runner/context/documents.ts";
import { interruptionBy } from "../runner/context/interruption.ts";
import { openJobPool } from "../runner/context/job-pool.ts";
import { type Workspace, workspaceAt, workspaceFolders } from "../runner/context/workspace.ts";
import { openStore } from "../runner/store/store.ts";
import type { Bq2Context } from "./context.ts";

/**
 * Runs `body` while the workspace is locked, so that no second run can use it.
 *
 * @throws Bq2Error `workspace-locked`.
 */
export async function withWorkspace<T>(
  context: Bq2Context,
  workdir: string | undefined,
  body: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  const { files } = context.platform;
  const workspace = workspaceAt(context.platform, workdir);
  for (const folder of workspaceFolders(workspace)) makeFolders(files, folder);
  const lock = files.tryLock(workspace.lock);
  if (lock === undefined) {
    throw new Bq2Error(`Cannot work in ${workspace.root}: another bq2 is using it`, {
      code: "workspace-locked",
      hint: "wait for it or stop it, or give another --workdir",
    });
  }
  try {
    return await body(workspace);
  } finally {
    lock.release();
  }
}

export interface SessionOptions {
  readonly jobs?: number | undefined;
  readonly mirror?: string | undefined;
  readonly offline?: boolean;
  readonly seedSha256?: string | undefined;
  readonly binds?: readonly Bind[] | undefined;
  readonly overrides?: boolean;
  readonly invalidateOverrides?: boolean;
}

/** Everything that a run needs, read from the workspace. */
export async function openRun(
  context: Bq2Context,
  workspace: Workspace,
  options: SessionOptions,
): Promise<RunContext> {
  const { platform, log, progress, program, projectFolder, fetcher, archives } = context;
  const base = requirePlan(platform, workspace);
  let state = stateOfPlan(platform, workspace, base);
  const plan = effectivePlan(context, workspace, base, options);
  return {
    platform,
    workspace,
    plan,
    store: openStore(platform, workspace.cache.store, log.warn),
    log,
    progress,
    pool: openJobPool(platform, options.jobs ?? platform.host.cpuCount),
    interruption: interruptionBy(platform.processes),
    program,
    projectFolder,
    fetcher,
    mirror: options.mirror ?? archives,
    seedSha256: options.seedSha256,
    offline: options.offline ?? false,
    binds: options.binds ?? [],
    state: () => state,
    update(change: Partial<State>) {
      state = { ...state, ...change };
      saveState(platform, workspace, state);
    },
  };
}

function effectivePlan(context: Bq2Context, workspace: Workspace, plan: Plan, options: SessionOptions): Plan {
  const { files } = context.platform;
  if (options.invalidateOverrides) removeTree(files, workspace.overrides);
  if (options.overrides === false || files.status(workspace.overrides) === undefined) return plan;
  context.log.info(`Applying build plan overrides from ${workspace.overrides}`);
  return withOverrides(context.platform, workspace, plan);
}

/** Runs `body` with the build in `workdir`, while its workspace is locked. */
export async function withRun(
  context: Bq2Context,
  workdir: string | undefined,
  body: (run: RunContext) => Promise<void>,
): Promise<void> {
  await withWorkspace(context, workdir, async (workspace) => body(await openRun(context, workspace, {})));
}
