/**
 * The half of a step that runs inside its namespace: builds the view, carries the actions out, and
 * says on a descriptor how it ended. Started by `namespace-step.ts`; never by a user.
 */
import * as v from "valibot";
import { Bq2Error, describeError } from "../../base/error.ts";
import { canonicalJson } from "../../base/json.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { type JobDescriptors, jobTokens } from "../../linux/job-tokens.ts";
import { processorSeconds } from "../../linux/processor-time.ts";
import { enterView, type View } from "../../linux/view.ts";
import { type InsideAction, InsideActionSchema } from "../../plan/action.ts";
import { parseAs } from "../../plan/parse.ts";
import { readText } from "../../platform/files.ts";
import type { Platform } from "../../platform/platform.ts";
import { describeAction, execute, ProgramFailure } from "./executors.ts";

/** What the coordinator asks for, as JSON in a file. */
export interface InsideRequest {
  readonly view: View;
  readonly actions: readonly InsideAction[];
  /** By sha256. */
  readonly patches: Readonly<Record<string, string>>;
}

const RequestSchema = v.strictObject({
  view: v.looseObject({}),
  actions: v.array(InsideActionSchema),
  patches: v.record(v.string(), v.string()),
});

/** Where the result is written: the first descriptor behind standard error. The pool of jobs comes behind it. */
const RESULT_FD = 3;
const JOB_FDS: JobDescriptors = [4, 5];

export const InsideResultSchema = v.strictObject({
  /** Position of the action that failed; null where all went well, or the view could not be built. */
  failedAction: v.nullable(v.number()),
  message: v.nullable(v.string()),
  hint: v.nullable(v.string()),
  exitCode: v.nullable(v.number()),
  signal: v.nullable(v.string()),
  /** Processor seconds of all that ran. */
  cpuSeconds: v.number(),
});
export type InsideResult = v.InferOutput<typeof InsideResultSchema>;
type Outcome = Omit<InsideResult, "cpuSeconds">;

const SUCCESS: Outcome = { failedAction: null, message: null, hint: null, exitCode: null, signal: null };

/** Runs the request at `path`; the exit code says whether all actions succeeded. */
export async function runInside(platform: Platform, path: string): Promise<number> {
  const outcome = await attempt(platform, path);
  const result: InsideResult = { ...outcome, cpuSeconds: processorSeconds(platform) };
  platform.files.write(RESULT_FD, encodeUtf8(canonicalJson(result)), null);
  return result.message === null ? 0 : 1;
}

async function attempt(platform: Platform, path: string): Promise<Outcome> {
  let index: number | null = null;
  try {
    const request = parseAs(RequestSchema, readText(platform.files, path), path, "run the step again");
    enterView(platform, request.view as unknown as View); // written by our own coordinator just now
    const jobs = { descriptors: JOB_FDS, tokens: jobTokens(platform, JOB_FDS) };
    for (const [position, action] of request.actions.entries()) {
      index = position;
      platform.host.writeOut(`+ ${describeAction(action)}\n`);
      await execute(action, { platform, jobs, patches: request.patches });
    }
    return SUCCESS;
  } catch (error) {
    platform.host.writeOut(`${describeError(error)}\n`);
    return failure(index, error);
  }
}

function failure(failedAction: number | null, error: unknown): Outcome {
  const exit = error instanceof ProgramFailure ? error.exit : undefined;
  return {
    failedAction,
    message: error instanceof Error ? error.message : String(error),
    hint: error instanceof Bq2Error ? (error.hint ?? null) : null,
    exitCode: exit?.code ?? null,
    signal: exit?.signal ?? null,
  };
}
