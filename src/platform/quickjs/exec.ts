/** Starts a program by fork(2) and execve(2), in its own folder. The parent learns of failures. */
import { Bq2Error, errorCode } from "../../base/error.ts";
import { encodeUtf8, nameToBytes } from "../../base/text.ts";
import {
  AT_FDCWD,
  CLOSE_RANGE_CLOEXEC,
  ENOENT,
  ERRNO_NAMES,
  F_DUPFD,
  SIGNALS,
  TIOCSCTTY,
} from "../linux-abi.ts";
import { call, errnoName, nameWord, rawCall } from "./call.ts";
import { resetDescriptorLimit } from "./limits.ts";
import { resetSignals } from "./signals.ts";

export interface ExecPlan {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: { readonly [name: string]: string };
  /** The descriptors that the program sees as 0, 1, 2, 3, … */
  readonly fds: readonly number[];
  readonly ownSession: boolean;
  /** Makes descriptor 0 the session's terminal. */
  readonly ownTerminal: boolean;
  /** Runs before the program's folder is entered. */
  readonly beforeStart: () => void;
  /** Gets a {@link StartFailure} as JSON if the program cannot be started. A successful start closes it. */
  readonly failureFd: number;
}

/** Why a program did not start: what failed, and the errno name or a {@link Bq2Error} with its words. */
export type StartFailure =
  | { readonly stage: "session" | "folder" | "descriptors" | "terminal" | "program"; readonly code: string }
  | {
      readonly stage: "preparation";
      readonly code: string;
      readonly message: string;
      readonly hint?: string | undefined;
    };

/** pipe(7), PIPE_BUF: a write of this size is not split. */
export const LONGEST_FAILURE = 4096;

const LOWEST_SPARE = 256; // above any descriptor that a program is given
const EXIT_NOT_STARTED = 127; // as in shells

/** Copies this process. Returns 0 in the copy, its process id in the original. Throws {@link SystemError}. */
export function fork(): number {
  return call("make", "a copy of this process", "clone", SIGNALS.SIGCHLD ?? 0, 0, 0, 0, 0);
}

/** Turns the copy into the program, or ends it. Nothing else may run in the copy. */
export function become(plan: ExecPlan): never {
  const failure = encodeUtf8(JSON.stringify(prepare(plan) ?? failed("program", execute(plan))));
  rawCall("write", plan.failureFd, failure, Math.min(failure.length, LONGEST_FAILURE));
  rawCall("exit_group", EXIT_NOT_STARTED);
  throw new Error("the process continues after exit_group");
}

function failed(stage: Exclude<StartFailure["stage"], "preparation">, result: number): StartFailure {
  return { stage, code: errnoName(result) };
}

function prepare(plan: ExecPlan): StartFailure | undefined {
  resetSignals();
  if (plan.ownSession) {
    const result = rawCall("setsid");
    if (result < 0) return failed("session", result);
  }
  try {
    plan.beforeStart();
  } catch (error) {
    return preparationFailed(error);
  }
  const result = rawCall("chdir", nameWord("enter", plan.cwd));
  if (result < 0) return failed("folder", result);
  const failure = placeDescriptors(plan.fds) ?? (plan.ownTerminal ? takeTerminal() : undefined);
  resetDescriptorLimit(); // last: spare descriptors may be above it
  return failure;
}

function preparationFailed(error: unknown): StartFailure {
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof Bq2Error ? error.hint : undefined;
  return { stage: "preparation", code: errorCode(error) ?? "failed", message: message.slice(0, 1000), hint };
}

const STEAL = 1; // ioctl_tty(2): also from a session that has not quite ended, if the caller is root

function takeTerminal(): StartFailure | undefined {
  const result = rawCall("ioctl", 0, TIOCSCTTY, STEAL);
  return result < 0 ? failed("terminal", result) : undefined;
}

const HIGHEST_DESCRIPTOR = 0xffffffff; // close_range(2): an unsigned int, here all of them

/**
 * Moves all descriptors out of the way, then each to its place, since one may occupy the place of another.
 * The program gets no others: execve(2) closes the spare ones, and those that this process inherited itself.
 */
function placeDescriptors(fds: readonly number[]): StartFailure | undefined {
  const spares = fds.map((fd) => rawCall("fcntl", fd, F_DUPFD, LOWEST_SPARE));
  for (const [place, spare] of spares.entries()) {
    const result = spare < 0 ? spare : rawCall("dup3", spare, place, 0);
    if (result < 0) return failed("descriptors", result);
  }
  const result = rawCall("close_range", fds.length, HIGHEST_DESCRIPTOR, CLOSE_RANGE_CLOEXEC);
  return result < 0 ? failed("descriptors", result) : undefined;
}

/** Executes the first candidate on `$PATH` that the kernel accepts, like execvp(3), or returns -errno. */
function execute({ argv, env }: ExecPlan): number {
  const [program = ""] = argv;
  const words = argv.map((word) => nameWord("pass", word));
  const variables = Object.entries(env).map(([name, value]) => nameWord("pass", `${name}=${value}`));
  let worst = -ENOENT;
  for (const path of candidates(program, env.PATH ?? "/usr/bin:/bin")) {
    const result = rawCall("execve", nameWord("start", path), words, variables);
    if (ERRNO_NAMES[-result] !== "ENOENT" && ERRNO_NAMES[-result] !== "ENOTDIR") worst = result;
  }
  return worst;
}

export function candidates(program: string, path: string): readonly string[] {
  if (program.includes("/")) return [program];
  return path.split(":").flatMap((folder) => (folder === "" ? [] : [`${folder}/${program}`]));
}

const X_OK = 1; // POSIX, unistd.h; the kernel's headers do not name it

export function canExecute(path: string): boolean {
  if (path.includes("\0") || nameToBytes(path).length === 0) return false;
  return rawCall("faccessat", AT_FDCWD, nameWord("look at", path), X_OK) >= 0;
}
