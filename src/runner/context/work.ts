/** How a step is done, whichever kind it is: by programs in a namespace, or by the coordinator itself. */
import type { View } from "../../linux/view.ts";
import type { StepRecord } from "../../plan/state.ts";

export interface StepWork {
  /** Digest of all that the step's output depends on. */
  readonly key: string;
  /** Whether what a record promises is in fact there. */
  isPresent(record: StepRecord): boolean;
  /** The output that the store has for the key. */
  stored(): string | undefined;
  make(): Promise<Made>;
  /** What the step sees, for a shell in its place; undefined where it runs in no namespace. */
  readonly view: (() => View) | undefined;
}

export interface Made {
  /** Digest of the output; of a step that has none in the store, of what it stands for. */
  readonly output: string;
  /** sha256 of the artifact's file. */
  readonly file?: string;
  /** Processor seconds of the programs that ran in a namespace. */
  readonly cpuSeconds?: number;
  /** Bytes on disk of all that they wrote. */
  readonly workBytes?: number;
}
