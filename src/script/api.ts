/**
 * The exports of module `bq2`, for programs and the prompt: the machine, and a short way to run commands.
 *
 * @example
 * import { $, args, files } from "bq2";
 * for (const name of files.list(args[0] ?? "/")) console.log(name);
 * const { stdout } = await $`uname -r`;
 */
import type { Bulk, Clock, Files, Host, Kernel, Platform, Processes } from "../platform/platform.ts";
import type { Shell } from "./shell.ts";

export type { Child, Exit, FileStatus } from "../platform/platform.ts";
export type { Output, Shell } from "./shell.ts";

export interface Api {
  /** The words after the program's name on its command line. */
  readonly args: readonly string[];
  readonly files: Files;
  readonly processes: Processes;
  readonly clock: Clock;
  readonly host: Host;
  readonly bulk: Bulk;
  readonly kernel: Kernel;
  readonly $: Shell;
  /** Ends the program at once. */
  exit(code?: number): never;
}

export let args: readonly string[];
export let files: Files;
export let processes: Processes;
export let clock: Clock;
export let host: Host;
export let bulk: Bulk;
export let kernel: Kernel;
export let $: Shell;
export let exit: (code?: number) => never;

/** Sets the exports of this module. Called before a program runs. */
export function provide(platform: Platform, own: Pick<Api, "args" | "$" | "exit">): Api {
  ({ files, processes, clock, host, bulk, kernel } = platform);
  ({ args, $, exit } = own);
  return { args, files, processes, clock, host, bulk, kernel, $, exit };
}
