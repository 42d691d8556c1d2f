/** The failure report: everything needed to investigate a failed step. */
import * as v from "valibot";
import { EnvSchema } from "./action.ts";

export const FAILURE_REPORT_FORMAT = "bq2-failure-report/1";

export const FailureReportSchema = v.strictObject({
  format: v.literal(FAILURE_REPORT_FORMAT),
  /** UTC, `2026-02-23T14:41:25.685363Z`. */
  time: v.string(),
  phase: v.string(),
  step: v.string(),
  /** The action that failed, as expanded. */
  action: v.nullable(v.looseObject({ kind: v.string() })),
  /** Its position among the step's actions, from 0. */
  actionIndex: v.nullable(v.number()),
  argv: v.array(v.string()),
  env: EnvSchema,
  cwd: v.string(),
  /** Exit code; null if a signal or an error ended the action. */
  exitCode: v.nullable(v.number()),
  signal: v.nullable(v.string()),
  message: v.string(),
  hint: v.nullable(v.string()),
  /** The last lines that the step wrote. */
  lastLines: v.array(v.string()),
  /** Path of the whole log. */
  log: v.string(),
  /** The command that enters the step's namespace in the state that the failure left. */
  enter: v.string(),
});
export type FailureReport = v.InferOutput<typeof FailureReportSchema>;
