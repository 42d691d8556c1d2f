/** Short forms of the actions that recipes and the styles of building use most. */
import { type InsideAction, SHARED_JOBS } from "../plan/action.ts";

type Env = Readonly<Record<string, string>>;

export function run(cwd: string, argv: readonly string[], env: Env = {}): InsideAction {
  return { kind: "run", argv: [...argv], cwd, env: { ...env } };
}

/** A call of GNU make that shares the jobs of the whole build ({@link SHARED_JOBS}). */
export function runMake(cwd: string, args: readonly string[], env: Env = {}): InsideAction {
  return run(cwd, ["make", SHARED_JOBS, ...args], env);
}

/**
 * Copies a file, or a folder with everything in it. With `only`, such as `.h`: just the files whose names end
 * so.
 */
export function copy(from: string, to: string, only = ""): InsideAction {
  return { kind: "copy", from, to, only };
}

export function remove(path: string): InsideAction {
  return { kind: "remove", path };
}

export function symlink(path: string, target: string): InsideAction {
  return { kind: "symlink", path, target };
}

/** `mode` is octal, as in the plan. */
export function makeFolder(path: string, mode = "0755"): InsideAction {
  return { kind: "make-folder", path, mode };
}

/** `mode` is octal, as in the plan. */
export function writeFile(path: string, text: string, mode = "0644"): InsideAction {
  return { kind: "write-file", path, mode, text };
}
