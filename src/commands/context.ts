/** What every command has at hand. */
import type { Command, CommandContext, RouteMap, StricliProcess } from "@stricli/core";
import { type Log, lineLog } from "../base/log.ts";
import { type Progress, SILENT_PROGRESS } from "../base/progress.ts";
import type { Fetcher, Platform } from "../platform/platform.ts";
import type { CommandName } from "./briefs.ts";

export interface Bq2Context extends CommandContext {
  readonly process: StricliProcess;
  readonly platform: Platform;
  /** How a user starts this program: for commands that are shown. */
  readonly program: string;
  readonly log: Log;
  readonly progress: Progress;
  /** The project's own folder, with `pkgs/`. */
  readonly projectFolder: string;
  readonly version: string;
  readonly fetcher: Fetcher;
  /** A folder of archives that came with this program, for where no other is named. */
  readonly archives: string | undefined;
  /** Folder of boot loaders, for a rootfs that has none. */
  readonly loaderFolder: string;
  /** Commands that only this engine has. */
  readonly engineCommands: CommandLoaders;
  setExitCode(code: number): void;
}

/** What a command can be: one, or a group of them. */
export type Route = Command<Bq2Context> | RouteMap<Bq2Context>;

/** By name, as typed. */
export type CommandLoaders = { readonly [name in CommandName]?: () => Promise<Route> };

export interface Surroundings {
  readonly platform: Platform;
  readonly program: string;
  readonly projectFolder: string;
  readonly version: string;
  readonly fetcher: Fetcher;
  readonly archives: string | undefined;
  readonly loaderFolder: string;
  readonly engineCommands: CommandLoaders;
  /** How progress is drawn on a terminal; undefined where there is none. */
  readonly terminalProgress: Progress | undefined;
}

export function commandContext(from: Surroundings): Bq2Context {
  const { platform } = from;
  const { host, clock } = platform;
  const progress = from.terminalProgress ?? SILENT_PROGRESS;
  const log = lineLog((line) => {
    progress.clear();
    host.writeError(line);
  }, clock.nowMicroseconds);
  const process: StricliProcess = {
    stdout: { write: (text) => host.writeOut(text) },
    stderr: { write: (text) => host.writeError(text) },
    env: host.env,
  };
  return {
    process,
    setExitCode: (code) => {
      process.exitCode = code;
    },
    platform,
    program: from.program,
    log,
    progress,
    projectFolder: from.projectFolder,
    version: from.version,
    fetcher: from.fetcher,
    archives: from.archives,
    loaderFolder: from.loaderFolder,
    engineCommands: from.engineCommands,
  };
}
