/**
 * Messages between the coordinator and the half inside the namespace: requests as JSON, and a result on a
 * descriptor. Both halves are the same program, so a request that does not match its schema is a defect.
 */
import * as v from "valibot";
import { USES } from "../../linux/refused-calls.ts";
import type { View } from "../../linux/view.ts";
import { COMPLETE_ACTION_SCHEMAS, EnvSchema, PatchActionSchema } from "../../plan/action.ts";

const ViewSchema: v.GenericSchema<View> = v.strictObject({
  root: v.variant("kind", [
    v.strictObject({ kind: v.literal("folder"), path: v.string() }),
    v.strictObject({ kind: v.literal("overlay"), layers: v.array(v.string()), changes: v.string() }),
  ]),
  mountPoint: v.string(),
  binds: v.array(v.strictObject({ source: v.string(), target: v.string(), readOnly: v.boolean() })),
  hostname: v.string(),
  sys: v.boolean(),
});

/** A plan's action, complete: a patch includes its text (a name of `base/text.ts`, so any bytes). */
const ResolvedActionSchema = v.variant("kind", [
  ...COMPLETE_ACTION_SCHEMAS,
  v.strictObject({ ...PatchActionSchema.entries, text: v.string() }),
]);
export type ResolvedAction = v.InferOutput<typeof ResolvedActionSchema>;

/** Build the view, then carry out the actions. */
export const StepRequestSchema = v.strictObject({ view: ViewSchema, actions: v.array(ResolvedActionSchema) });
export type StepRequest = v.InferOutput<typeof StepRequestSchema>;

/** Build the view, then run one command on the caller's terminal. */
export const EnterRequestSchema = v.strictObject({
  view: ViewSchema,
  use: v.picklist(USES),
  command: v.array(v.string()),
  env: EnvSchema,
});
export type EnterRequest = v.InferOutput<typeof EnterRequestSchema>;

export const StepResultSchema = v.strictObject({
  /** Position of the action that failed; null if all succeeded or the view could not be built. */
  failedAction: v.nullable(v.number()),
  message: v.nullable(v.string()),
  hint: v.nullable(v.string()),
  exitCode: v.nullable(v.number()),
  signal: v.nullable(v.string()),
  /** Processor seconds of all programs. */
  cpuSeconds: v.number(),
});
export type StepResult = v.InferOutput<typeof StepResultSchema>;
