/** Writes the failure report of a step (`plan/failure-report.ts` defines its contents). */
import { Bq2Error, describeError } from "../../base/error.ts";
import { prettyJson } from "../../base/json.ts";
import { formatTimestamp } from "../../base/log.ts";
import { quoteWords } from "../../base/words.ts";
import { textDigest } from "../../kept/manifest.ts";
import { FAILURE_REPORT_FORMAT, type FailureReport } from "../../plan/failure-report.ts";
import { makeFolders, writeFileAtomic } from "../../platform/files.ts";
import type { RunContext } from "../context/context.ts";
import { type PlannedStep, refOf } from "../context/planned-step.ts";
import type { StepWork } from "../context/work.ts";
import { stepFolders } from "../context/workspace.ts";
import { lastLines, StepFailure } from "../step/failure.ts";

const LAST_LINES = 40;

/** Returns the path of the failure report. */
export function writeFailureReport(
  context: RunContext,
  planned: PlannedStep,
  work: StepWork,
  error: unknown,
): string {
  const { platform, workspace } = context;
  const { id, phase, step } = planned;
  const time = formatTimestamp(platform.clock.nowMicroseconds());
  const failure = error instanceof StepFailure ? error : undefined;
  const action = failure?.action;
  const isInside = work.view !== undefined;
  const { log } = stepFolders(workspace, refOf(planned));
  const report: FailureReport = {
    format: FAILURE_REPORT_FORMAT,
    time,
    phase: phase.name,
    step: step.name,
    action: action ?? null,
    actionIndex: failure?.actionIndex ?? null,
    argv: action?.kind === "run" || action?.kind === "compile" ? action.argv : [],
    env: action?.kind === "run" ? action.env : { ...phase.env, ...step.env },
    cwd: action?.kind === "run" ? action.cwd : step.workdir,
    exitCode: failure?.exitCode ?? null,
    signal: failure?.signal ?? null,
    message: error instanceof Error ? error.message : describeError(error),
    hint: error instanceof Bq2Error ? (error.hint ?? null) : null,
    lastLines: isInside ? lastLines(platform, log, LAST_LINES) : [],
    log: isInside ? log : "",
    enter: isInside ? enterCommand(context, planned) : "",
  };
  const digest = textDigest(platform, id + time).slice(0, 8);
  const name = [fileTime(time), words(phase.name), words(step.name), digest].join("-");
  const path = `${workspace.reports}/${name}.json`;
  makeFolders(platform.files, workspace.reports);
  writeFileAtomic(platform.files, path, prettyJson(report));
  return path;
}

/** The command that opens a shell in the step's namespace in the state that the failure left. */
function enterCommand({ program, workspace }: RunContext, { phase, step }: PlannedStep): string {
  const where = ["--workdir", workspace.root, "--phase", phase.name, "--package", step.name];
  return quoteWords([program, "sysroot-runner", ...where, "--altcmd", "/bin/sh"]);
}

/** `2026-02-23T15:40:34.392123Z` as `20260223T154034.392Z`. */
function fileTime(time: string): string {
  return `${time.slice(0, 23).replaceAll("-", "").replaceAll(":", "")}Z`;
}

function words(name: string): string {
  return name.replaceAll("-", "_");
}
