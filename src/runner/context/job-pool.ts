/**
 * The jobs of a run, shared by all its steps: a step begins with one of them, and the makes and compile lists within take
 * more from the same pipe. So no more compilers run than there are jobs, and none is idle while a step could use it.
 */
import { type JobDescriptors, type JobTokens, jobTokens, makeJobPipe } from "../../linux/job-tokens.ts";
import type { KernelAccess } from "../../linux/syscalls.ts";

export interface JobPool {
  /** Jobs in all. */
  readonly size: number;
  /** For the processes of a step, once it has begun. */
  descriptors(): JobDescriptors;
  /** Takes the one job that a step begins with, where one is free. */
  tryTake(): boolean;
  /**
   * Begins a step without a free job, where fewer steps run than there are jobs: for a while one more program runs. The
   * first step that ends pays it back.
   */
  borrow(): boolean;
  /**
   * The step is over. What a killed program had taken did not come back; how much that was is known when no step has any
   * job, so then the pipe is filled anew.
   */
  give(): void;
}

/** The pipe is made when it is first asked for: most commands run no step. */
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
