/** The work of a step of either kind: by programs in a namespace, or by the coordinator itself. */
import type { View } from "../../linux/view.ts";
import type { StepRecord } from "../../plan/state.ts";

export interface StepWork {
  /** Digest of everything that the step's output depends on. */
  readonly key: string;
  /** Whether the output that a record names exists. */
  isPresent(record: StepRecord): boolean;
  /** Digest of the key's output in the store, if there is one. */
  stored(): string | undefined;
  make(): Promise<Made>;
  /** The step's view, for a shell instead of the step; undefined if the step runs in no namespace. */
  readonly view: (() => View) | undefined;
}

export interface Made {
  /** Digest of the output; for a step without an output in the store, of what it made. */
  readonly output: string;
  /** sha256 of the artifact's file. */
  readonly file?: string;
  /** Processor seconds of the programs that ran in a namespace. */
  readonly cpuSeconds?: number;
  /** Bytes on disk of everything that the programs wrote. */
  readonly workBytes?: number;
}
