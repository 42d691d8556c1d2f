/** What every command can use. */
import type { CommandContext, StricliProcess } from "@stricli/core";
import type { Arch } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import { type Log, lineLog } from "../base/log.ts";
import { type Progress, SILENT_PROGRESS } from "../base/progress.ts";
import type { Evaluate } from "../evaluation/evaluate.ts";
import type { Fetcher } from "../platform/network.ts";
import type { Platform } from "../platform/platform.ts";
import type { Engine } from "../script/engine.ts";

/**
 * A JavaScript engine that compiles TypeScript, with the parts of a UEFI application that are installed
 * beside it.
 */
export interface CompilingEngine extends Engine {
  /** Folder with the sources of the firmware's bindings. */
  readonly efiBindings: string;
  /** Path of the runtime for firmware of an architecture. */
  efiRuntime(arch: Arch): string;
}

/** What differs between the engines: `src/main-node.ts` and `src/main-quickjs.ts` supply it. */
export interface Installation {
  readonly platform: Platform;
  /** How a user starts this program, for commands that messages suggest. */
  readonly program: string;
  /** The project's own folder, with `pkgs/`. */
  readonly projectFolder: string;
  readonly fetcher: Fetcher;
  /** A folder of archives installed with this program; a command's `--mirror` takes precedence. */
  readonly archives: string | undefined;
  /** Folder of boot loaders, for a rootfs without its own. */
  readonly loaderFolder: string;
  /** Evaluates system files; undefined where that cannot be done. */
  readonly evaluate: Evaluate | undefined;
  /** Undefined on Node, which runs the bundle and compiles nothing. */
  readonly engine: CompilingEngine | undefined;
}

export interface Bq2Context extends CommandContext, Installation {
  readonly process: StricliProcess;
  readonly log: Log;
  readonly progress: Progress;
  setExitCode(code: number): void;
}

/** `terminalProgress` draws progress on a terminal; by default nothing is drawn. */
export function openContext(
  installation: Installation,
  terminalProgress: Progress = SILENT_PROGRESS,
): Bq2Context {
  const { host, clock } = installation.platform;
  const process: StricliProcess = {
    stdout: { write: (text) => host.writeOut(text) },
    stderr: { write: (text) => host.writeError(text) },
    env: host.env,
  };
  return {
    ...installation,
    process,
    progress: terminalProgress,
    log: lineLog((line) => {
      terminalProgress.clear();
      host.writeError(line);
    }, clock.nowMicroseconds),
    setExitCode(code) {
      process.exitCode = code;
    },
  };
}

/** The engine of a command that the table marks with `needsEngine`. */
export function requireEngine({ engine }: Bq2Context): CompilingEngine {
  if (engine !== undefined) return engine;
  throw new Bq2Error("Cannot compile TypeScript: this bq2 runs on Node", {
    code: "no-compiling-engine",
    hint: "use the bq2 of a built rootfs: usr/bin/bq2",
  });
}
