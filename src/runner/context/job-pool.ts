/**
 * The jobs of a run, shared by all its steps. A step starts with one job; its makes and compile lists take
 * more from the same pipe. So there are never more compilers than jobs, and no job is idle while a step
 * could use it.
 */
import { type JobDescriptors, type JobTokens, jobTokens, makeJobPipe } from "../../linux/job-tokens.ts";
import type { KernelAccess } from "../../linux/syscalls.ts";

export interface JobPool {
  /** Number of jobs. */
  readonly size: number;
  /** Descriptors for the processes of a step, once it has started. */
  descriptors(): JobDescriptors;
  /** Takes a step's first job, if one is free. */
  tryTake(): boolean;
  /**
   * Starts a step without a free job, if fewer steps run than there are jobs. One program too many runs until
   * the first step ends and pays the job back.
   */
  borrow(): boolean;
  /**
   * Ends a step. A killed program does not give back its jobs. How many are lost is known only when no step
   * runs, so then the pipe is filled again.
   */
  give(): void;
}

/** The pipe is made at its first use, because most commands run no step. */
export function openJobPool(platform: KernelAccess, size: number): JobPool {
  let pipe: { readonly descriptors: JobDescriptors; readonly tokens: JobTokens } | undefined;
  let stepsRunning = 0;
  let borrowed = 0;
  const fill = (tokens: JobTokens): void => {
    while (tokens.tryTake());
    for (let job = 0; job < size; job++) tokens.give();
    borrowed = 0;
  };
  const open = (): NonNullable<typeof pipe> => {
    if (pipe !== undefined) return pipe;
    const descriptors = makeJobPipe(platform);
    pipe = { descriptors, tokens: jobTokens(platform, descriptors) };
    fill(pipe.tokens);
    return pipe;
  };
  return {
    size,
    descriptors: () => open().descriptors,
    tryTake() {
      const taken = open().tokens.tryTake();
      if (taken) stepsRunning++;
      return taken;
    },
    borrow() {
      if (stepsRunning >= size) return false;
      stepsRunning++;
      borrowed++;
      return true;
    },
    give() {
      stepsRunning--;
      const { tokens } = open();
      if (stepsRunning === 0) fill(tokens);
      else if (borrowed > 0) borrowed--;
      else tokens.give();
    },
  };
}
