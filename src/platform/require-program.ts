/** Finds a program by its name, as a shell does. */
import { Bq2Error } from "../base/error.ts";
import type { Platform } from "./platform.ts";

/** Where to look for programs, and what a user can do about a missing one. */
export interface ProgramSearch {
  /** Folders, separated by colons. */
  readonly path: string;
  readonly hint: string;
}

/** @throws Bq2Error `missing-program`. */
export function requireProgram(platform: Platform, name: string, { path, hint }: ProgramSearch): string {
  const found = platform.processes.find(name, path);
  if (found !== undefined) return found;
  const why = name.includes("/") ? "there is no such program" : `it is not on PATH=${path}`;
  throw new Bq2Error(`Cannot run ${name}: ${why}`, { code: "missing-program", hint });
}
