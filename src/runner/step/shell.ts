/** `--altcmd`: a command in a step's namespace, in place of the step, on the tree as a failure left it. */
import { Bq2Error } from "../../base/error.ts";
import type { Phase, Step } from "../../plan/plan.ts";
import type { RunContext } from "../run/context.ts";
import { nextStep } from "../run/resume.ts";
import { type Selection, select } from "../run/run.ts";
import { runInteractive } from "./enter.ts";
import { scratchOf } from "./namespace-step.ts";
import { stepView } from "./view.ts";

/** Runs `command` on the caller's terminal; gives its exit code. */
export async function runInStep(
  context: RunContext,
  selection: Selection,
  command: readonly string[],
): Promise<number> {
  const { phase, step } = oneStep(context, selection);
  if (step.build.kind === "host") {
    throw new Bq2Error(`Cannot enter ${phase.name}/${step.name}: it runs on the host, in no namespace`, {
      code: "no-namespace",
      hint: "name a step of another phase with --phase and --package",
    });
  }
  const view = stepView(context, phase, step, scratchOf(context, phase, step));
  return runInteractive(context.platform, {
    view,
    command,
    env: { ...phase.env, ...step.env },
    network: false,
  });
}

/** The one step that is meant: as selected, else the one that failed, else the next one. */
function oneStep(context: RunContext, selection: Selection): { phase: Phase; step: Step } {
  const { lastFailure } = context.state();
  const chosen =
    (selection.packages ?? []).length > 0
      ? undefined
      : (lastFailure ?? nextStep(context.plan, context.state()));
  const narrowed: Selection =
    chosen === undefined
      ? selection
      : { phases: selection.phases ?? [chosen.phase], packages: [chosen.step] };
  const found = select(context, narrowed).flatMap(({ phase, steps }) =>
    steps.map((step) => ({ phase, step })),
  );
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  throw new Bq2Error(
    `Cannot choose the step to enter: ${found.map(({ phase, step }) => `${phase.name}/${step.name}`).join(", ")} are meant`,
    {
      code: "ambiguous-step",
      hint: "name one with --phase and --package",
    },
  );
}
