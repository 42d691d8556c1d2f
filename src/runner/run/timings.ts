/** Timings of a build: the time of each step, how busy the processors were, and the critical path. */
import { type Plan, type StepRef, stepId } from "../../plan/plan.ts";
import type { State, StepRecord } from "../../plan/state.ts";
import { predecessors } from "./schedule.ts";

export interface StepTime extends StepRef {
  /** Wall seconds; 0 if the output came from the store. */
  readonly seconds: number;
  /** Processor seconds; 0 if they were not counted. */
  readonly cpuSeconds: number;
  /** Bytes on disk of the step's folders when it ended; 0 if they were not counted. */
  readonly workBytes: number;
}

/** Every step that is done, in plan order. */
export function stepTimes(plan: Plan, state: State): StepTime[] {
  return plan.phases.flatMap((phase) =>
    phase.steps.flatMap(({ name }) => {
      const record = state.done[stepId(phase.name, name)];
      return record === undefined ? [] : [timeOf(phase.name, name, record)];
    }),
  );
}

function timeOf(phase: string, step: string, record: StepRecord | undefined): StepTime {
  const { seconds = 0, cpuSeconds = 0, workBytes = 0 } = record ?? {};
  return { phase, step, seconds, cpuSeconds, workBytes };
}

export interface BusyTime {
  /** Wall seconds in which at least one step ran. */
  readonly seconds: number;
  /** Processor seconds of all steps. */
  readonly cpuSeconds: number;
}

/** The busy time of the steps whose processor seconds were counted. */
export function busyTime(state: State): BusyTime {
  const runs = Object.values(state.done)
    .flatMap(({ began, seconds, cpuSeconds }) =>
      began === undefined || cpuSeconds === undefined ? [] : [{ began, end: began + seconds, cpuSeconds }],
    )
    .sort((a, b) => a.began - b.began);
  let seconds = 0;
  let until = 0;
  for (const { began, end } of runs) {
    seconds += Math.max(0, end - Math.max(began, until));
    until = Math.max(until, end);
  }
  return { seconds, cpuSeconds: runs.reduce((sum, run) => sum + run.cpuSeconds, 0) };
}

/** The longest chain of steps by time, each of which waits for the one before. */
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
