/** Where a build's time went: what each step took, and the chain of needs that no number of processors shortens. */
import { type Plan, type StepRef, stepId } from "../plan/plan.ts";
import type { State, StepRecord } from "../plan/state.ts";

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

/**
 * The chain of steps, each needed by the next, that takes longest. Steps of the coordinator need what stands before them
 * in the plan, and so does whatever stands behind them: that is how they are run.
 */
export function criticalPath(plan: Plan, state: State): StepTime[] {
  const longest = new Map<string, readonly StepTime[]>();
  let barrier: readonly StepTime[] = [];
  for (const phase of plan.phases) {
    for (const step of phase.steps) {
      const id = stepId(phase.name, step.name);
      const time = timeOf(phase.name, step.name, state.done[id]);
      const before =
        step.build.kind === "host"
          ? [...longest.values()]
          : step.needs.map((need) => longest.get(stepId(need.phase, need.step)) ?? []);
      const path = [...longestOf([barrier, ...before]), time];
      longest.set(id, path);
      if (step.build.kind === "host") barrier = path;
    }
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
