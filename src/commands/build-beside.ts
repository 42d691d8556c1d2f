/** Builds a workspace's plan again with another seed, in a workspace of its own: two builds to compare. */
import { Bq2Error } from "../base/error.ts";
import { canonicalJson } from "../base/json.ts";
import { copyFile } from "../platform/copy.ts";
import { removeTree } from "../platform/files.ts";
import type { RunContext } from "../runner/context/context.ts";
import { requirePlan, savePlan } from "../runner/context/documents.ts";
import { runPlan } from "../runner/run/run.ts";
import type { Bq2Context } from "./context.ts";
import { jobsFlag } from "./flags.ts";
import { sourceFlags } from "./plan-flags.ts";
import { planFor } from "./planning.ts";
import { openRun, withWorkspace } from "./session.ts";

/** Options of a command that builds beside. */
export interface BesideFlags {
  readonly jobs?: number;
  readonly mirror?: string;
}

export const besideFlags = {
  mirror: sourceFlags.mirror,
  jobs: jobsFlag,
} as const;

export interface Beside extends BesideFlags {
  readonly workdir: string;
  readonly seed: string;
  readonly seedSha256?: string;
  /** Names of the phases to run. */
  readonly phases: readonly string[];
}

/**
 * The plan of `run` but for the seed, with its overrides, from the start: what a build there has made before comes
 * from the store.
 *
 * @throws Bq2Error `plan-changed` where today's code plans otherwise than `run` was built.
 */
export function buildBeside(context: Bq2Context, run: RunContext, beside: Beside): Promise<RunContext> {
  const { platform, version } = context;
  const { arch, seedArch, profile, sources, seed } = run.plan;
  const choice = { arch, seedArch, profile, sources };
  const planned = requirePlan(platform, run.workspace);
  if (canonicalJson(planFor(platform, version, { ...choice, seed })) !== canonicalJson(planned)) {
    throw new Bq2Error(
      `Cannot compare with ${run.workspace.root}: today's code plans otherwise than its plan`,
      {
        code: "plan-changed",
        hint: "build it again first: bq2 build --no-resume",
      },
    );
  }
  return withWorkspace(context, beside.workdir, async (workspace) => {
    for (const path of [workspace.state, workspace.overrides]) removeTree(platform.files, path);
    savePlan(platform, workspace, planFor(platform, version, { ...choice, seed: beside.seed }));
    if (platform.files.status(run.workspace.overrides) !== undefined)
      copyFile(platform.files, run.workspace.overrides, workspace.overrides);
    const second = await openRun(context, workspace, beside);
    await runPlan(second, { phases: beside.phases, resume: true, reports: true });
    return second;
  });
}
