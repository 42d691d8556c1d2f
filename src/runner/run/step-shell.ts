/** `--altcmd`: runs a command in a step's namespace instead of the step, on the tree that a failure left. */
import { Bq2Error } from "../../base/error.ts";
import type { RunContext } from "../context/context.ts";
import { type PlannedStep, type Selection, selectSteps } from "../context/planned-step.ts";
import { runInteractive } from "../step/enter.ts";
import type { EnterRequest } from "../step/request.ts";
import { nextStep } from "./resume.ts";
import { workOf } from "./work.ts";

/**
 * Runs `command` on the caller's terminal; returns its exit code.
 *
 * @throws Bq2Error `ambiguous-step`, `need-missing`, or `no-namespace` if the coordinator carries out the
 * step.
 */
export async function runInStep(
  context: RunContext,
  selection: Selection,
  command: readonly string[],
): Promise<number> {
  const planned = oneStep(context, selection);
  const { view } = workOf(context, planned);
  if (view === undefined) {
    throw new Bq2Error(`Cannot enter ${planned.id}: it runs in no namespace`, {
      code: "no-namespace",
      hint: "name a step of another phase with --phase and --package",
    });
  }
  const env = { ...planned.phase.env, ...planned.step.env };
  const request: EnterRequest = { view: view(), use: "step", command: [...command], env };
  return runInteractive(context.platform, request, false);
}

/** The selected step, or the one that failed last, or the next one. */
function oneStep(context: RunContext, selection: Selection): PlannedStep {
  const { lastFailure } = context.state();
  const chosen =
    (selection.packages ?? []).length > 0
      ? undefined
      : (lastFailure ?? nextStep(context.plan, context.state()));
  const narrowed: Selection =
    chosen === undefined
      ? selection
      : { phases: selection.phases ?? [chosen.phase], packages: [chosen.step] };
  const found = selectSteps(context.plan, narrowed);
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  const names = found.map(({ id }) => id).join(", ");
  throw new Bq2Error(`Cannot choose the step to enter: ${found.length} match (${names})`, {
    code: "ambiguous-step",
    hint: "name one with --phase and --package",
  });
}
