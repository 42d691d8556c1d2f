/** What has been done: written after every step, so that a run can go on where the last one ended. */
import * as v from "valibot";
import { StepRefSchema } from "./plan.ts";
import { Sha256 } from "./source.ts";

export const STATE_FORMAT = "bq2-state/3";

export const StepRecordSchema = v.strictObject({
  /** Digest of all that the step's output depends on. */
  key: Sha256,
  /** Digest of the output; for a coordinator step, of what it stands for. */
  output: Sha256,
  /** Seconds it took, 0 where the store had it. */
  seconds: v.number(),
  /** When it began, in seconds since 1970; absent where the store had it. */
  began: v.exactOptional(v.number()),
  /** Processor seconds of the programs that a step ran in its namespace; absent where it ran none. */
  cpuSeconds: v.exactOptional(v.number()),
  /** sha256 of the file that the user receives; present for tarball and image only. */
  file: v.exactOptional(Sha256),
  /** Bytes on disk of all that it wrote, its output included; absent where it ran no programs. */
  workBytes: v.exactOptional(v.number()),
});
export type StepRecord = v.InferOutput<typeof StepRecordSchema>;

export const StateSchema = v.strictObject({
  format: v.literal(STATE_FORMAT),
  planDigest: Sha256,
  /** Digest of the seed as resolved on this machine; null before `populate-seed`. */
  seedDigest: v.nullable(Sha256),
  /** Digests of this project's own source as staged: all of it, and what of it is C; null before `stage-source`. */
  ownSource: v.nullable(v.strictObject({ bq2: Sha256, "bq2-native": Sha256 })),
  /** The step that began last. */
  current: v.nullable(StepRefSchema),
  /** By `phase/step`. */
  done: v.record(v.string(), StepRecordSchema),
  lastFailure: v.nullable(v.strictObject({ phase: v.string(), step: v.string(), report: v.string() })),
});
export type State = v.InferOutput<typeof StateSchema>;

export function emptyState(planDigest: string): State {
  return {
    format: STATE_FORMAT,
    planDigest,
    seedDigest: null,
    ownSource: null,
    current: null,
    done: {},
    lastFailure: null,
  };
}
