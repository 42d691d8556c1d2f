/** `--altcmd`: a command in a step's namespace, in place of the step, on the tree as a failure left it. */
import { Bq2Error } from "../../base/error.ts";
import type { RunContext } from "../context/context.ts";
import { type PlannedStep, type Selection, selectSteps } from "../context/planned-step.ts";
import { runInteractive } from "../step/enter.ts";
import type { EnterRequest } from "../step/request.ts";
import { nextStep } from "./resume.ts";
import { workOf } from "./work.ts";

/**
 * Runs `command` on the caller's terminal; gives its exit code.
 *
 * @throws Bq2Error `ambiguous-step`, `no-namespace` where the coordinator carries the step out itself, `need-missing`.
 */
export async function runInStep(
  context: RunContext,
  selection: Selection,
  command: readonly string[],
): Promise<number> {
  const planned = oneStep(context, selection);
  const { view } = workOf(context, planned);
  if (view === undefined) {
    throw new Bq2Error(`Cannot enter ${planned.id}: the coordinator does it itself, in no namespace`, {
      code: "no-namespace",
      hint: "name a step of another phase with --phase and --package",
    });
  }
  const env = { ...planned.phase.env, ...planned.step.env };
  const request: EnterRequest = { view: view(), use: "step", command: [...command], env };
  return runInteractive(context.platform, request, false);
}

/** The one step that is meant: the selected one, or the one that failed, or the next one. */
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
  throw new Bq2Error(`Cannot choose the step to enter: ${names} have that name`, {
    code: "ambiguous-step",
    hint: "name one with --phase and --package",
  });
}
