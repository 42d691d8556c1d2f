/** The steps of a plan as a run uses them: each with its phase and its actions, computed once. */
import { Bq2Error } from "../../base/error.ts";
import type { Action } from "../../plan/action.ts";
import { type Phase, type Plan, type Step, type StepRef, stepId } from "../../plan/plan.ts";
import { actionsOf } from "../../recipe/expansions.ts";

export interface PlannedStep {
  /** `phase/step`. */
  readonly id: string;
  readonly phase: Phase;
  readonly step: Step;
  /** In the order of execution. */
  readonly actions: readonly Action[];
}

export function plannedStep(phase: Phase, step: Step): PlannedStep {
  return { id: stepId(phase.name, step.name), phase, step, actions: actionsOf(phase, step) };
}

export function refOf({ phase, step }: PlannedStep): StepRef {
  return { phase: phase.name, step: step.name };
}

export interface Selection {
  /** Names of phases, in any order; undefined: all. */
  readonly phases?: readonly string[] | undefined;
  /** Names of steps; undefined or empty: all steps of those phases. */
  readonly packages?: readonly string[] | undefined;
}

/** The selected steps, in plan order. Throws Bq2Error `unknown-step` for a name that the plan lacks. */
export function selectSteps(plan: Plan, { phases, packages = [] }: Selection): PlannedStep[] {
  requireNames(
    "phase",
    phases ?? [],
    plan.phases.map(({ name }) => name),
  );
  const selected = plan.phases.filter(({ name }) => phases?.includes(name) ?? true);
  requireNames(
    "step",
    packages,
    selected.flatMap(({ steps }) => steps.map(({ name }) => name)),
  );
  return selected.flatMap((phase) =>
    phase.steps
      .filter(({ name }) => packages.length === 0 || packages.includes(name))
      .map((step) => plannedStep(phase, step)),
  );
}

function requireNames(what: string, wanted: readonly string[], known: readonly string[]): void {
  const missing = wanted.find((name) => !known.includes(name));
  if (missing === undefined) return;
  throw new Bq2Error(`Cannot find the ${what} ${missing} in the plan`, {
    code: "unknown-step",
    hint: `${what}s: ${[...new Set(known)].join(", ")}`,
  });
}
