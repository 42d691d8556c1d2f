import { Bq2Error } from "../../base/error.ts";
import { canonicalJson } from "../../base/json.ts";
import { resolvePath } from "../../base/path.ts";
import { defineCommand } from "../../command-line/command.ts";
import type { Bq2Context } from "../../command-line/context.ts";
import { jobsFlag, workdirFlag } from "../../command-line/flags.ts";
import { type PlanFlags, planChoice, planFlags, sourceFlags } from "../../command-line/plan-flags.ts";
import { planFor } from "../../command-line/planning.ts";
import { openRun, withWorkspace } from "../../command-line/session.ts";
import {
  evaluateSystem,
  linkSystem,
  type Target,
  targetOf,
  targetParameters,
  workdirOf,
} from "../../command-line/target.ts";
import type { Plan } from "../../plan/plan.ts";
import { copyBytesInto } from "../../platform/copy.ts";
import { removeTree } from "../../platform/files.ts";
import { IMAGE_PHASE } from "../../recipe/phase-names.ts";
import { makesImage, tarballPath } from "../../runner/artifacts/artifacts.ts";
import type { RunContext } from "../../runner/context/context.ts";
import { loadPlan, savePlan } from "../../runner/context/documents.ts";
import type { Workspace } from "../../runner/context/workspace.ts";
import { runPlan } from "../../runner/run/run.ts";
import { withOutputFile } from "../../trees/output-file.ts";

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
    brief: "Continue where the last run ended (--no-resume: start over)",
  },
  ...planFlags,
  ...sourceFlags,
  offline: { kind: "boolean", default: false, withNegated: false, brief: "Do not use the network" },
  jobs: jobsFlag,
  workdir: workdirFlag,
} as const;

export const command = defineCommand<SysrootFlags & { readonly workdir?: string }, [string?]>({
  description:
    "Builds everything up to the rootfs tarball (profile efi: the rootfs), starting with the first stage\n" +
    "that is not complete: plan-write, then sysroot-runner. With --no-resume it writes a new plan,\n" +
    "deletes the state and sets the overrides aside; steps whose inputs have not changed still come from\n" +
    "the store.",
  parameters: { flags: buildFlags, positional: targetParameters, aliases: { j: "jobs" } },
  async func(flags, word) {
    const target = targetOf(this, word, flags.profile);
    await withWorkspace(this, workdirOf(target, flags.workdir), async (workspace) => {
      const run = await runSysroot(this, workspace, flags, target);
      this.process.stdout.write(`Wrote ${makesImage(run.plan) ? tarballPath(run) : workspace.bq2Rootfs}\n`);
    });
  },
});

/** Writes a plan if there is none or the user starts over, then runs every phase before the image. */
export async function runSysroot(
  context: Bq2Context,
  workspace: Workspace,
  flags: SysrootFlags & { readonly output?: string },
  target: Target,
): Promise<RunContext> {
  if (target.kind === "profile") preparePlan(context, workspace, flags, target.profile);
  else await prepareSystem(context, workspace, flags, target.file);
  const run = await openRun(context, workspace, flags);
  const phases = run.plan.phases.map(({ name }) => name).filter((name) => name !== IMAGE_PHASE);
  await runPlan(run, { phases, resume: true, reports: true });
  if (flags.output !== undefined) await copyTarball(run, flags.output);
  return run;
}

/** Copies the tarball to the user's file, completely or not at all. */
async function copyTarball(run: RunContext, output: string): Promise<void> {
  const { files, host } = run.platform;
  const tarball = tarballPath(run);
  const size = files.status(tarball)?.size ?? 0;
  await withOutputFile(files, resolvePath(host.cwd, output), (file) =>
    file.replace((fd) => copyBytesInto(files, tarball, fd, size)),
  );
}

/**
 * A build that starts over has no overrides. The file is renamed, not deleted, because a user may have
 * written it.
 */
function setOverridesAside({ platform, log }: Bq2Context, workspace: Workspace): void {
  if (platform.files.status(workspace.overrides) === undefined) return;
  platform.files.rename(workspace.overrides, `${workspace.overrides}.old`);
  log.info(`Set the overrides aside as ${workspace.overrides}.old`);
}

/**
 * The plan follows the system file: when that has changed, the plan is written again. What has not changed
 * comes from the store.
 */
async function prepareSystem(
  context: Bq2Context,
  workspace: Workspace,
  flags: SysrootFlags,
  file: string,
): Promise<void> {
  const { platform } = context;
  const { plan } = await evaluateSystem(context, file, planChoice(flags));
  linkSystem(context, workspace, file);
  if (!flags.resume) return startOver(context, workspace, plan);
  if (canonicalJson(loadPlan(platform, workspace)) === canonicalJson(plan)) return;
  removeTree(platform.files, workspace.state);
  writePlan(context, workspace, plan);
}

function writePlan({ platform, log }: Bq2Context, workspace: Workspace, plan: Plan): void {
  savePlan(platform, workspace, plan);
  log.info(`Wrote build plan at ${workspace.plan}`);
}

function startOver(context: Bq2Context, workspace: Workspace, plan: Plan): void {
  removeTree(context.platform.files, workspace.state);
  setOverridesAside(context, workspace);
  writePlan(context, workspace, plan);
}

function preparePlan(
  context: Bq2Context,
  workspace: Workspace,
  flags: SysrootFlags,
  profile: string | undefined,
): void {
  const { platform, log } = context;
  const choice = { ...planChoice(flags), profile };
  if (!flags.resume) {
    startOver(context, workspace, planFor(platform, choice));
    return;
  }
  const there = loadPlan(platform, workspace);
  if (there === undefined) {
    writePlan(context, workspace, planFor(platform, choice));
    return;
  }
  for (const name of ["arch", "seedArch", "profile", "seed", "sources"] as const) {
    const wanted = choice[name];
    if (wanted === undefined || wanted === there[name]) continue;
    throw new Bq2Error(
      `Cannot continue with ${name} ${wanted}: the plan in ${workspace.root} has ${name} ${there[name]}`,
      {
        code: "plan-of-another",
        hint: "give another --workdir for a second build, or --no-resume to start over",
      },
    );
  }
  if (canonicalJson(planFor(platform, there)) === canonicalJson(there)) return;
  log.warn(
    "Today's code plans differently from the plan on disk. The build follows the plan on disk " +
      "(bq2 sysroot-builder-overrides applies changed recipes to it, --no-resume starts over)",
  );
}
