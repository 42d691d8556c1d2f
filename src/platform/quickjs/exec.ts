/** Starts a program by fork(2) and execve(2), in its own folder. The parent learns of failures. */
import { nameToBytes } from "../../base/text.ts";
import {
  AT_FDCWD,
  CLOSE_RANGE_CLOEXEC,
  ENOENT,
  ERRNO_NAMES,
  F_DUPFD,
  SIGNALS,
  TIOCSCTTY,
} from "../linux-abi.ts";
import { call, nameWord, rawCall } from "./call.ts";
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
  /** Gets two numbers if the program cannot be started: stage and -errno. A successful start closes it. */
  readonly failureFd: number;
}

export const STAGES = ["session", "folder", "descriptors", "terminal", "program"] as const;

const LOWEST_SPARE = 256; // above any descriptor that a program is given
const EXIT_NOT_STARTED = 127; // as in shells

/** Copies this process. Returns 0 in the copy, its process id in the original. Throws {@link SystemError}. */
export function fork(): number {
  return call("make", "a copy of this process", "clone", SIGNALS.SIGCHLD ?? 0, 0, 0, 0, 0);
}

/** Turns the copy into the program, or ends it. Nothing else may run in the copy. */
export function become(plan: ExecPlan): never {
  const failed = prepare(plan) ?? { stage: "program", result: execute(plan) };
  const words = new Uint8Array(Int32Array.of(STAGES.indexOf(failed.stage), failed.result).buffer);
  rawCall("write", plan.failureFd, words, words.length);
  rawCall("exit_group", EXIT_NOT_STARTED);
  throw new Error("the process continues after exit_group");
}

interface Failure {
  readonly stage: (typeof STAGES)[number];
  readonly result: number;
}

function prepare(plan: ExecPlan): Failure | undefined {
  resetSignals();
  if (plan.ownSession) {
    const result = rawCall("setsid");
    if (result < 0) return { stage: "session", result };
  }
  const result = rawCall("chdir", nameWord("enter", plan.cwd));
  if (result < 0) return { stage: "folder", result };
  const failed = placeDescriptors(plan.fds) ?? (plan.ownTerminal ? takeTerminal() : undefined);
  resetDescriptorLimit(); // last: spare descriptors may be above it
  return failed;
}

const STEAL = 1; // ioctl_tty(2): also from a session that has not quite ended, if the caller is root

function takeTerminal(): Failure | undefined {
  const result = rawCall("ioctl", 0, TIOCSCTTY, STEAL);
  return result < 0 ? { stage: "terminal", result } : undefined;
}

const HIGHEST_DESCRIPTOR = 0xffffffff; // close_range(2): an unsigned int, here all of them

/**
 * Moves all descriptors out of the way, then each to its place, since one may occupy the place of another.
 * The program gets no others: execve(2) closes the spare ones, and those that this process inherited itself.
 */
function placeDescriptors(fds: readonly number[]): Failure | undefined {
  const spares = fds.map((fd) => rawCall("fcntl", fd, F_DUPFD, LOWEST_SPARE));
  for (const [place, spare] of spares.entries()) {
    const result = spare < 0 ? spare : rawCall("dup3", spare, place, 0);
    if (result < 0) return { stage: "descriptors", result };
  }
  const result = rawCall("close_range", fds.length, HIGHEST_DESCRIPTOR, CLOSE_RANGE_CLOEXEC);
  return result < 0 ? { stage: "descriptors", result } : undefined;
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
