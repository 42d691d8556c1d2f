/** Where a build's time went: what each step took, and the chain of needs that no number of processors shortens. */
import { type Plan, type StepRef, stepId } from "../plan/plan.ts";
import type { State, StepRecord } from "../plan/state.ts";
import { predecessors } from "./schedule.ts";

export interface StepTime extends StepRef {
  /** Wall seconds; 0 where the store had the output. */
  readonly seconds: number;
  /** Processor seconds, where they were counted. */
  readonly cpuSeconds: number;
}

/** Every step that is done, in the order of the plan. */
export function stepTimes(plan: Plan, state: State): StepTime[] {
  return plan.phases.flatMap((phase) =>
    phase.steps.flatMap(({ name }) => {
      const record = state.done[stepId(phase.name, name)];
      return record === undefined ? [] : [timeOf(phase.name, name, record)];
    }),
  );
}

function timeOf(phase: string, step: string, record: StepRecord | undefined): StepTime {
  return { phase, step, seconds: record?.seconds ?? 0, cpuSeconds: record?.cpuSeconds ?? 0 };
}

/** The chain of steps, each waiting for the one before, that takes longest. */
export function criticalPath(plan: Plan, state: State): StepTime[] {
  const times = new Map(
    plan.phases.flatMap((phase) =>
      phase.steps.map(({ name }) => {
        const id = stepId(phase.name, name);
        return [id, timeOf(phase.name, name, state.done[id])] as const;
      }),
    ),
  );
  const longest = new Map<string, readonly StepTime[]>();
  for (const [id, before] of predecessors(plan)) {
    const time = times.get(id);
    if (time !== undefined)
      longest.set(id, [...longestOf(before.map((other) => longest.get(other) ?? [])), time]);
  }
  return [...longestOf([...longest.values()])];
}

function longestOf(paths: readonly (readonly StepTime[])[]): readonly StepTime[] {
  let best: readonly StepTime[] = [];
  for (const path of paths) if (totalSeconds(path) > totalSeconds(best)) best = path;
  return best;
}

export function totalSeconds(times: readonly StepTime[]): number {
  return times.reduce((sum, { seconds }) => sum + seconds, 0);
}
