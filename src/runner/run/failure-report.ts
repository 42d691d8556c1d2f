/** Failures of steps, and the reports that are written of them. */
import { Bq2Error, describeError } from "../../base/error.ts";
import { prettyJson } from "../../base/json.ts";
import { formatTimestamp } from "../../base/log.ts";
import { bytesToName } from "../../base/text.ts";
import { quoteWords } from "../../base/words.ts";
import type { Action } from "../../plan/action.ts";
import { type Phase, type Step, stepId } from "../../plan/plan.ts";
import { REPORT_FORMAT, type Report } from "../../plan/report.ts";
import { makeFolders, writeFileAtomic } from "../../platform/files.ts";
import type { Platform } from "../../platform/platform.ts";
import { textDigest } from "../store/manifest.ts";
import type { RunContext } from "./context.ts";
import type { Workspace } from "./workspace.ts";

/** A step that failed inside its namespace. */
export class StepFailure extends Bq2Error {
  readonly action: Action | undefined;
  readonly actionIndex: number | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The user stopped it. */
  readonly interrupted: boolean;

  constructor(
    message: string,
    facts: {
      readonly hint?: string | undefined;
      readonly action?: Action | undefined;
      readonly actionIndex: number | null;
      readonly exitCode: number | null;
      readonly signal: string | null;
      readonly interrupted: boolean;
    },
  ) {
    super(message, { code: facts.interrupted ? "interrupted" : "step-failed", hint: facts.hint });
    this.action = facts.action;
    this.actionIndex = facts.actionIndex;
    this.exitCode = facts.exitCode;
    this.signal = facts.signal;
    this.interrupted = facts.interrupted;
  }
}

const LAST_LINES = 40;
const TAIL_BYTES = 64 * 1024;

/** Where the whole log of a step is. */
export function logPath(workspace: Workspace, phase: string, step: string): string {
  return `${workspace.logs}/${phase}/${step}.log`;
}

/** The last lines of a text file, at most `count`; none where it is not there. */
export function lastLines(platform: Platform, path: string, count: number): string[] {
  const { files } = platform;
  const size = files.statusFollowed(path)?.size ?? 0;
  if (size === 0) return [];
  const buffer = new Uint8Array(Math.min(size, TAIL_BYTES));
  const fd = files.open(path, "read");
  try {
    const length = files.read(fd, buffer, 0, buffer.length, size - buffer.length);
    return bytesToName(buffer.subarray(0, length)).trimEnd().split("\n").slice(-count);
  } finally {
    files.close(fd);
  }
}

/** Writes the report of a failure; gives its path. */
export function writeReport(context: RunContext, phase: Phase, step: Step, error: unknown): string {
  const { platform, workspace } = context;
  const time = formatTimestamp(platform.clock.nowMicroseconds());
  const failure = error instanceof StepFailure ? error : undefined;
  const action = failure?.action;
  const log = logPath(workspace, phase.name, step.name);
  const report: Report = {
    format: REPORT_FORMAT,
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
    lastLines: phase.namespace === "host" ? [] : lastLines(platform, log, LAST_LINES),
    log: phase.namespace === "host" ? "" : log,
    enter: enterCommand(context, phase, step),
  };
  const name = `${fileTime(time)}-${words(phase.name)}-${words(step.name)}-${textDigest(platform, stepId(phase.name, step.name) + time).slice(0, 8)}`;
  const path = `${workspace.reports}/${name}.json`;
  makeFolders(platform.files, workspace.reports);
  writeFileAtomic(platform.files, path, prettyJson(report));
  return path;
}

/** The command that opens a shell in the step's namespace as the failure left it. */
function enterCommand({ program, workspace }: RunContext, phase: Phase, step: Step): string {
  if (phase.namespace === "host") return "";
  const which = ["--phase", phase.name, "--package", step.name];
  return quoteWords([
    program,
    "sysroot-runner",
    "--workdir",
    workspace.root,
    ...which,
    "--altcmd",
    "/bin/sh",
  ]);
}

/** `2026-02-23T15:40:34.392123Z` as `20260223T154034.392Z`. */
function fileTime(time: string): string {
  return `${time.slice(0, 23).replaceAll("-", "").replaceAll(":", "")}Z`;
}

function words(name: string): string {
  return name.replaceAll("-", "_");
}
