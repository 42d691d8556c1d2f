/**
 * Builds a workspace's plan again with another seed, in a second workspace, so that the builds can be
 * compared.
 */
import { Bq2Error } from "../../base/error.ts";
import { canonicalJson } from "../../base/json.ts";
import type { Bq2Context } from "../../command-line/context.ts";
import { jobsFlag } from "../../command-line/flags.ts";
import { sourceFlags } from "../../command-line/plan-flags.ts";
import { planFor } from "../../command-line/planning.ts";
import { openRun, withWorkspace } from "../../command-line/session.ts";
import { copyFile } from "../../platform/copy.ts";
import { removeTree } from "../../platform/files.ts";
import type { RunContext } from "../../runner/context/context.ts";
import { requirePlan, savePlan } from "../../runner/context/documents.ts";
import { runPlan } from "../../runner/run/run.ts";

/** Options of a command that makes a second build. */
export interface BesideFlags {
  readonly jobs?: number;
  readonly mirror?: string;
}

export const besideFlags = {
  mirror: sourceFlags.mirror,
  jobs: jobsFlag,
} as const;

export interface Beside extends BesideFlags {
  readonly workdir?: string;
  readonly seed: string;
  readonly seedSha256?: string;
  /** Names of the phases to run. */
  readonly phases: readonly string[];
}

/**
 * Builds the plan of `run` with another seed and the same overrides, from the start. Outputs that an earlier
 * build made come from the store.
 *
 * @throws Bq2Error `plan-changed` if today's code plans differently from the plan of `run`.
 */
export function buildBeside(context: Bq2Context, run: RunContext, beside: Beside): Promise<RunContext> {
  const { platform } = context;
  const { arch, seedArch, profile, sources, seed } = run.plan;
  const choice = { arch, seedArch, profile, sources };
  const planned = requirePlan(platform, run.workspace);
  if (canonicalJson(planFor(platform, { ...choice, seed })) !== canonicalJson(planned)) {
    throw new Bq2Error(
      `Cannot compare with ${run.workspace.root}: today's code plans differently from its plan`,
      {
        code: "plan-changed",
        hint: "build it again first: bq2 build --no-resume",
      },
    );
  }
  return withWorkspace(context, beside.workdir, async (workspace) => {
    for (const path of [workspace.state, workspace.overrides]) removeTree(platform.files, path);
    savePlan(platform, workspace, planFor(platform, { ...choice, seed: beside.seed }));
    if (platform.files.status(run.workspace.overrides) !== undefined)
      copyFile(platform.files, run.workspace.overrides, workspace.overrides);
    const second = await openRun(context, workspace, beside);
    await runPlan(second, { phases: beside.phases, resume: true, reports: true });
    return second;
  });
}
