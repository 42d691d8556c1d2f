/**
 * The half of a step that runs inside its namespace: it builds the view, carries out the actions, and writes
 * the result to a descriptor. `namespace-step.ts` starts it; a user never does.
 */
import { Bq2Error, describeError } from "../../base/error.ts";
import { canonicalJson } from "../../base/json.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { jobTokens } from "../../linux/job-tokens.ts";
import { processorSeconds } from "../../linux/processor-time.ts";
import { STEP_DESCRIPTORS } from "../../linux/step-descriptors.ts";
import { enterView } from "../../linux/view.ts";
import { parseAs } from "../../plan/parse.ts";
import { readText } from "../../platform/files.ts";
import type { Platform } from "../../platform/platform.ts";
import { describeAction, execute, ProgramFailure } from "./executors.ts";
import { StepRequestSchema, type StepResult } from "./request.ts";

type Outcome = Omit<StepResult, "cpuSeconds">;

const SUCCESS: Outcome = { failedAction: null, message: null, hint: null, exitCode: null, signal: null };

/** Carries out the request at `path`; returns exit code 0 if all actions succeeded. */
export async function runInside(platform: Platform, path: string): Promise<number> {
  const outcome = await attempt(platform, path);
  const result: StepResult = { ...outcome, cpuSeconds: processorSeconds(platform) };
  platform.files.write(STEP_DESCRIPTORS.result, encodeUtf8(canonicalJson(result)), null);
  return result.message === null ? 0 : 1;
}

async function attempt(platform: Platform, path: string): Promise<Outcome> {
  let index: number | null = null;
  try {
    const request = parseAs(StepRequestSchema, readText(platform.files, path), path, "run the step again");
    enterView(platform, request.view, "step");
    const descriptors = STEP_DESCRIPTORS.jobs;
    const jobs = { descriptors, tokens: jobTokens(platform, descriptors) };
    for (const [position, action] of request.actions.entries()) {
      index = position;
      platform.host.writeOut(`+ ${describeAction(action)}\n`);
      await execute(action, { platform, jobs });
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
