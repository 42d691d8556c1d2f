/** The failure of a step in its namespace, and the end of its log. */
import { Bq2Error } from "../../base/error.ts";
import { bytesToName } from "../../base/text.ts";
import type { Action } from "../../plan/action.ts";
import type { Platform } from "../../platform/platform.ts";

export class StepFailure extends Bq2Error {
  readonly action: Action | undefined;
  readonly actionIndex: number | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The user stopped the step. */
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

const TAIL_BYTES = 64 * 1024;

/** The last lines of a text file, at most `count`; empty if the file is missing. */
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
