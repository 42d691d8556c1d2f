import { Bq2Error } from "../../base/error.ts";
import { defineCommand } from "../../command-line/command.ts";
import type { Bq2Context } from "../../command-line/context.ts";
import { workdirFlag } from "../../command-line/flags.ts";
import { withRun } from "../../command-line/session.ts";
import { stepId } from "../../plan/plan.ts";
import type { RunContext } from "../../runner/context/context.ts";
import { compareBuilds, compareFinal, type StepComparison } from "../../runner/proofs/compare.ts";
import { buildVaried, explainVaried, varyChoice } from "../../runner/proofs/vary.ts";
import { conditionLines } from "../../runner/proofs/vary-inside.ts";
import { builtSteps } from "../../runner/rootfs/layers.ts";

interface Flags {
  readonly workdir?: string;
  readonly full: boolean;
}

export const command = defineCommand<Flags>({
  description:
    "Builds the plan of a finished build again, with an empty store, under another path, uid, umask,\n" +
    "locale, time zone, host name, time since boot, number of processors and order of files in folders,\n" +
    "in memory (3 GB for minimal). Compares every step's output; for the first step that differs it names\n" +
    "the file and the kind of difference. By default GCC and the kernel are taken from the first build.",
  parameters: {
    flags: {
      workdir: workdirFlag,
      full: {
        kind: "boolean",
        default: false,
        withNegated: false,
        brief: "Also build GCC and the kernel again",
      },
    },
  },
  async func({ workdir, full }) {
    await withRun(this, workdir, async (run) => {
      const choice = varyChoice(run, full);
      const print = (line: string) => this.process.stdout.write(`${line}\n`);
      for (const condition of conditionLines(this.platform)) print(`varied  ${condition}`);
      for (const { phase, step } of choice.leftOut) print(`reused  ${stepId(phase, step)}`);
      const varied = await buildVaried(run, choice);
      const compared = [
        ...compareBuilds(run, varied, (plan) => builtSteps(plan.phases)),
        ...compareFinal(run, varied),
      ];
      judge(this, run, varied, compared);
    });
  },
});

/** A step whose inputs differ only follows from another; the first one with equal inputs is at fault. */
function judge(
  context: Bq2Context,
  run: RunContext,
  varied: RunContext,
  compared: readonly StepComparison[],
): void {
  const unequal = compared.filter(({ difference }) => difference !== undefined);
  for (const { phase, step, difference, sameInputs } of compared) {
    const word = difference === undefined ? "equal" : sameInputs ? "differs" : "follows";
    context.process.stdout.write(
      `${word}  ${stepId(phase, step)}${difference === undefined ? "" : `  ${difference}`}\n`,
    );
  }
  const first = unequal.find(({ sameInputs }) => sameInputs) ?? unequal[0];
  if (first === undefined) return;
  const why = explainVaried(run, varied, first);
  const difference = [first.difference, ...(why === undefined ? [] : [why])].join("; ");
  throw new Bq2Error(`The first step that differs is ${stepId(first.phase, first.step)}: ${difference}`, {
    code: "not-equal",
    hint: "change the step's recipe so that its output does not depend on the varied conditions",
  });
}
