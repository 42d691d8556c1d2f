/**
 * The descriptors of a step's inside half, in addition to standard input, output and error. The coordinator's
 * half opens them, and the processes between the two pass them on. Programs of the step get the pool of jobs
 * if their action asks for it, and never the result.
 */
import { FIRST_EXTRA_FD } from "../platform/platform.ts";
import type { JobDescriptors } from "./job-tokens.ts";

export interface StepDescriptors {
  /** The inside half writes its result here. */
  readonly result: number;
  /** The pool of jobs that all steps share. */
  readonly jobs: JobDescriptors;
}

/** Their numbers within the namespace. */
export const STEP_DESCRIPTORS: StepDescriptors = {
  result: FIRST_EXTRA_FD,
  jobs: [FIRST_EXTRA_FD + 1, FIRST_EXTRA_FD + 2],
};

/** For `SpawnOptions.extraFds`: the order that gives the child {@link STEP_DESCRIPTORS}. */
export function asExtraFds({ result, jobs }: StepDescriptors): readonly number[] {
  return [result, ...jobs];
}
