/** The progress of a build, written after every step so that the next run can continue from there. */
import * as v from "valibot";
import { PlainName } from "./names.ts";
import { StepRefSchema } from "./plan.ts";
import { Sha256 } from "./source.ts";

export const STATE_FORMAT = "bq2-state/4";

export const StepRecordSchema = v.strictObject({
  /** Digest of everything that the step's output depends on. */
  key: Sha256,
  /** Digest of the output; for a coordinator step, of what it made. */
  output: Sha256,
  /** Wall seconds; 0 if the output came from the store. */
  seconds: v.number(),
  /** Start time in seconds since 1970; absent if the output came from the store. */
  began: v.exactOptional(v.number()),
  /** Processor seconds of the programs that the step ran in its namespace; absent if it ran none. */
  cpuSeconds: v.exactOptional(v.number()),
  /** sha256 of the artifact; present only for tarball and image. */
  file: v.exactOptional(Sha256),
  /** Bytes on disk of everything that the step wrote, output included; absent if it ran no programs. */
  workBytes: v.exactOptional(v.number()),
});
export type StepRecord = v.InferOutput<typeof StepRecordSchema>;

export const StateSchema = v.strictObject({
  format: v.literal(STATE_FORMAT),
  planDigest: Sha256,
  /** Digest of the seed as resolved on this machine; null before `populate-seed`. */
  seedDigest: v.nullable(Sha256),
  /**
   * Digests of staged trees by the names that steps use: this project's own source, and folders of the user.
   * Empty before they are staged.
   */
  staged: v.record(PlainName, Sha256),
  /** The step that started last. */
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
    staged: {},
    current: null,
    done: {},
    lastFailure: null,
  };
}
