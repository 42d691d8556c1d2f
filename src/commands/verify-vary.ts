import { buildCommand } from "@stricli/core";
import { Bq2Error } from "../base/error.ts";
import { stepId } from "../plan/plan.ts";
import type { RunContext } from "../runner/context/context.ts";
import { compareBuilds, compareFinal, type StepComparison } from "../runner/proofs/compare.ts";
import { buildVaried, explainVaried, varyChoice } from "../runner/proofs/vary.ts";
import { otherConditions } from "../runner/proofs/vary-inside.ts";
import { builtSteps } from "../runner/rootfs/layers.ts";
import type { Bq2Context } from "./context.ts";
import { workdirFlag } from "./flags.ts";
import { withRun } from "./session.ts";

interface Flags {
  readonly workdir: string;
  readonly full: boolean;
}

export const verifyVary = buildCommand<Flags, [], Bq2Context>({
  docs: {
    brief: "Build again in other circumstances, and name the first step that differs",
    fullDescription:
      "Builds the plan of a finished build again, with an empty store, under another path, uid, umask, locale, time\n" +
      "zone, host name, time since boot, number of processors and order of files in folders, in memory (3 GB for\n" +
      "minimal). Compares every step's output; of the first step that differs it tells the file, and what kind of\n" +
      "difference that is. GCC and the kernel are taken over from the first build, unless --full is given.",
  },
  parameters: {
    flags: {
      workdir: workdirFlag,
      full: { kind: "boolean", default: false, withNegated: false, brief: "GCC and the kernel too" },
    },
  },
  async func({ workdir, full }) {
    await withRun(this, workdir, async (run) => {
      const choice = varyChoice(run, full);
      const tell = (line: string) => this.process.stdout.write(`${line}\n`);
      for (const condition of otherConditions(this.platform)) tell(`varied  ${condition}`);
      for (const { phase, step } of choice.leftOut) tell(`as it is  ${stepId(phase, step)}`);
      const varied = await buildVaried(run, choice);
      const compared = [
        ...compareBuilds(run, varied, (plan) => builtSteps(plan.phases)),
        ...compareFinal(run, varied),
      ];
      judge(this, run, varied, compared);
    });
  },
});

/** A step made from unequal inputs only follows; the first one made from equal inputs is at fault. */
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
  throw new Bq2Error(
    `The first step that differs is ${stepId(first.phase, first.step)}: ${first.difference}${why === undefined ? "" : `; ${why}`}`,
    { code: "not-equal", hint: "its recipe has to take that circumstance away from it" },
  );
}
