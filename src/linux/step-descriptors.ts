/**
 * The descriptors that the process of a step has within its namespace, in addition to standard input, output and error.
 * The coordinator's half opens them, the inside half uses them, and every process between the two passes them on.
 */
import { FIRST_EXTRA_FD } from "../platform/platform.ts";
import type { JobDescriptors } from "./job-tokens.ts";

export interface StepDescriptors {
  /** The inside half writes its result here. */
  readonly result: number;
  /** The pool of jobs that all steps share. */
  readonly jobs: JobDescriptors;
}

/** The numbers that they have within the namespace. */
export const STEP_DESCRIPTORS: StepDescriptors = {
  result: FIRST_EXTRA_FD,
  jobs: [FIRST_EXTRA_FD + 1, FIRST_EXTRA_FD + 2],
};

/** For `SpawnOptions.extraFds`: in the order that gives the child {@link STEP_DESCRIPTORS}. */
export function asExtraFds({ result, jobs }: StepDescriptors): readonly number[] {
  return [result, ...jobs];
}
