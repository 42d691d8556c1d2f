/** Which outputs a step sees, and which make up the finished rootfs. */
import type { Phase, Plan, Step, StepRef } from "../../plan/plan.ts";
import { type RunContext, requireOutput } from "../context/context.ts";
import { closure } from "../context/keys.ts";
import type { Layer } from "./merge.ts";

/** Folders of the store that `step` sees above its base, in plan order. */
export function neededTrees(context: RunContext, step: Step): string[] {
  return closure(context.plan, step).map((ref) => context.store.treeOf(requireOutput(context, ref)));
}

/** Phases whose outputs make up the generated rootfs, in plan order. */
export function rootfsPhases(plan: Plan): Phase[] {
  return plan.phases.filter((phase) => phase.destdir?.root === "bq2" || phase.namespace === "bq2");
}

/** Steps whose outputs make up the generated rootfs, in plan order. */
export function rootfsSteps(plan: Plan): StepRef[] {
  return builtSteps(rootfsPhases(plan));
}

/** Steps that ran in a namespace: those with an output in the store. */
export function builtSteps(phases: readonly Phase[]): StepRef[] {
  return phases.flatMap(({ name, steps }) =>
    steps
      .filter(({ build }) => build.kind !== "coordinator")
      .map((step) => ({ phase: name, step: step.name })),
  );
}

export function layersOf(context: RunContext, refs: readonly StepRef[]): Layer[] {
  return refs.map((ref) => {
    const output = requireOutput(context, ref);
    return { ...ref, output, manifest: context.store.manifestOf(output) };
  });
}
