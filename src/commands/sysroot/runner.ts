import { splitWords } from "../../base/words.ts";
import { defineCommand } from "../../command-line/command.ts";
import { bindFlag, jobsFlag, workdirFlag } from "../../command-line/flags.ts";
import { sourceFlags } from "../../command-line/plan-flags.ts";
import { openRun, withWorkspace } from "../../command-line/session.ts";
import type { Bind } from "../../linux/view.ts";
import type { RunContext } from "../../runner/context/context.ts";
import { type Selection, selectSteps } from "../../runner/context/planned-step.ts";
import { runPlan } from "../../runner/run/run.ts";
import { runInStep } from "../../runner/run/step-shell.ts";
import { describeAction } from "../../runner/step/executors.ts";

interface Flags {
  readonly phase?: string;
  readonly package?: readonly string[];
  readonly resume: boolean;
  readonly report: boolean;
  readonly overrides: boolean;
  readonly invalidateOverrides: boolean;
  readonly dryRun: boolean;
  readonly bind?: readonly Bind[];
  readonly altcmd?: string;
  readonly jobs?: number;
  readonly workdir?: string;
  readonly mirror?: string;
  readonly seedSha256?: string;
  readonly offline: boolean;
}

export const command = defineCommand<Flags>({
  description:
    "Runs the steps of the plan that are not finished. A step whose inputs have not changed is not built\n" +
    "again: the state records it, or the store has its output. A failed step leaves a failure report, its\n" +
    "whole log, and its tree.",
  parameters: {
    flags: {
      phase: {
        kind: "parsed",
        parse: String,
        optional: true,
        brief: "Run only this phase (default: all)",
        placeholder: "NAME|all",
      },
      package: {
        kind: "parsed",
        parse: String,
        variadic: true,
        optional: true,
        brief: "Run only this step; may be given more than once",
        placeholder: "NAME",
      },
      resume: {
        kind: "boolean",
        default: true,
        brief: "Use what the state and the store have (--no-resume: build again)",
      },
      report: { kind: "boolean", default: true, brief: "Write a failure report if a step fails" },
      overrides: { kind: "boolean", default: true, brief: "Apply the overrides file" },
      invalidateOverrides: {
        kind: "boolean",
        default: false,
        withNegated: false,
        brief: "Delete the overrides file first",
      },
      dryRun: {
        kind: "boolean",
        default: false,
        withNegated: false,
        brief: "Print the actions without running them",
      },
      bind: bindFlag,
      altcmd: {
        kind: "parsed",
        parse: String,
        optional: true,
        brief: "Run this in the step's namespace instead of the step",
        placeholder: "CMD",
      },
      jobs: jobsFlag,
      ...sourceFlags,
      offline: { kind: "boolean", default: false, withNegated: false, brief: "Do not use the network" },
      workdir: workdirFlag,
    },
    aliases: { j: "jobs" },
  },
  async func(flags) {
    await withWorkspace(this, flags.workdir, async (workspace) => {
      const run = await openRun(this, workspace, { ...flags, binds: flags.bind });
      const phase = flags.phase === undefined || flags.phase === "all" ? undefined : [flags.phase];
      const selection: Selection = { phases: phase, packages: flags.package };
      if (flags.dryRun) return this.process.stdout.write(dryRun(run, selection));
      if (flags.altcmd !== undefined) {
        return this.setExitCode(await runInStep(run, selection, splitWords(flags.altcmd)));
      }
      this.log.info(`Running plan ${workspace.plan}`);
      await runPlan(run, { ...selection, resume: flags.resume, reports: flags.report });
    });
  },
});

function dryRun(run: RunContext, selection: Selection): string {
  return selectSteps(run.plan, selection)
    .flatMap(({ id, actions }) => [`${id}\n`, ...actions.map((action) => `  ${describeAction(action)}\n`)])
    .join("");
}
