/** A step of either kind as work: its key, whether it is done, and how it is made. */
import type { StepRecord } from "../../plan/state.ts";

/** How a kind of step tells its key, whether it is still there, and how it is made. */
export interface StepWork {
  readonly key: string;
  /** What a record promises is in fact there. */
  isPresent(record: StepRecord): boolean;
  /** The output that the store has for the key. */
  stored(): string | undefined;
  make(): Promise<Made>;
}

export interface Made {
  /** Digest of the output. */
  readonly output: string;
  /** Processor seconds of the programs that ran in a namespace. */
  readonly cpuSeconds?: number;
  /** Bytes on disk of all that they wrote. */
  readonly workBytes?: number;
}
