import { buildCommand } from "@stricli/core";
import { Bq2Error } from "../base/error.ts";
import { canonicalJson } from "../base/json.ts";
import { resolvePath } from "../base/path.ts";
import { copyFile } from "../platform/copy.ts";
import { removeTree } from "../platform/files.ts";
import { IMAGE_PHASE } from "../recipe/phase-names.ts";
import { makesImage, tarballPath } from "../runner/artifacts/artifacts.ts";
import type { RunContext } from "../runner/context/context.ts";
import { loadPlan, savePlan } from "../runner/context/documents.ts";
import type { Workspace } from "../runner/context/workspace.ts";
import { runPlan } from "../runner/run/run.ts";
import { BRIEFS } from "./briefs.ts";
import type { Bq2Context } from "./context.ts";
import { jobsFlag, workdirFlag } from "./flags.ts";
import { type PlanFlags, planChoice, planFlags, sourceFlags } from "./plan-flags.ts";
import { planFor } from "./planning.ts";
import { openRun, withWorkspace } from "./session.ts";

export interface SysrootFlags extends PlanFlags {
  readonly resume: boolean;
  readonly seedSha256?: string;
  readonly mirror?: string;
  readonly offline: boolean;
  readonly jobs?: number;
}

export const buildFlags = {
  resume: {
    kind: "boolean",
    default: true,
    brief: "Go on where the last run ended (--no-resume: start over)",
  },
  ...planFlags,
  ...sourceFlags,
  offline: { kind: "boolean", default: false, withNegated: false, brief: "Ask no network" },
  jobs: jobsFlag,
  workdir: workdirFlag,
} as const;

export const sysroot = buildCommand<SysrootFlags & { readonly workdir: string }, [], Bq2Context>({
  docs: {
    brief: BRIEFS.sysroot,
    fullDescription:
      "Builds everything up to the rootfs tarball (profile efi: the rootfs), from the earliest stage that is not complete:\n" +
      "plan-write, then sysroot-runner. With --no-resume it writes a new plan, forgets the state and sets the\n" +
      "overrides aside; steps whose inputs are as before still come from the store.",
  },
  parameters: { flags: buildFlags, aliases: { j: "jobs" } },
  async func(flags) {
    await withWorkspace(this, flags.workdir, async (workspace) => {
      const run = await runSysroot(this, workspace, flags);
      this.process.stdout.write(`Wrote ${makesImage(run.plan) ? tarballPath(run) : workspace.bq2Rootfs}\n`);
    });
  },
});

/** Plan, if there is none or the user starts over; then every phase before the image. */
export async function runSysroot(
  context: Bq2Context,
  workspace: Workspace,
  flags: SysrootFlags & { readonly output?: string },
): Promise<RunContext> {
  preparePlan(context, workspace, flags);
  const run = await openRun(context, workspace, flags);
  const phases = run.plan.phases.map(({ name }) => name).filter((name) => name !== IMAGE_PHASE);
  await runPlan(run, { phases, resume: true, reports: true });
  if (flags.output !== undefined) {
    const to = resolvePath(context.platform.host.cwd, flags.output);
    removeTree(context.platform.files, `${to}.partial`);
    copyFile(context.platform.files, tarballPath(run), `${to}.partial`);
    context.platform.files.rename(`${to}.partial`, to);
  }
  return run;
}

/** Starting over means without overrides; somebody wrote them, so they are kept beside. */
function setOverridesAside({ platform, log }: Bq2Context, workspace: Workspace): void {
  if (platform.files.status(workspace.overrides) === undefined) return;
  platform.files.rename(workspace.overrides, `${workspace.overrides}.old`);
  log.info(`Set the overrides aside as ${workspace.overrides}.old`);
}

function preparePlan(context: Bq2Context, workspace: Workspace, flags: SysrootFlags): void {
  const { platform, log, version } = context;
  const choice = planChoice(flags);
  if (!flags.resume) {
    removeTree(platform.files, workspace.state);
    setOverridesAside(context, workspace);
    savePlan(platform, workspace, planFor(platform, version, choice));
    log.info(`Wrote build plan at ${workspace.plan}`);
    return;
  }
  const there = loadPlan(platform, workspace);
  if (there === undefined) {
    savePlan(platform, workspace, planFor(platform, version, choice));
    log.info(`Wrote build plan at ${workspace.plan}`);
    return;
  }
  for (const name of ["arch", "seedArch", "profile", "seed", "sources"] as const) {
    const wanted = choice[name];
    if (wanted === undefined || wanted === there[name]) continue;
    throw new Bq2Error(
      `Cannot go on with ${name} ${wanted}: the plan in ${workspace.root} is of ${name} ${there[name]}`,
      {
        code: "plan-of-another",
        hint: "give another --workdir for a build beside it, or --no-resume to start over",
      },
    );
  }
  if (canonicalJson(planFor(platform, version, there)) === canonicalJson(there)) return;
  log.warn(
    "Today's code plans otherwise than the plan on disk, which is followed as it is " +
      "(bq2 sysroot-builder-overrides takes changed recipes over, --no-resume starts over)",
  );
}
