/** {@link Host} and {@link Clock} on Node. */
import { existsSync, realpathSync, writeSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ARCH_NAMES, archWith } from "../../base/arch.ts";
import { Bq2Error, errorCode } from "../../base/error.ts";
import type { Arch, Clock, Host } from "../platform.ts";
import { systemError } from "./path.ts";

const RETRY_MILLISECONDS = 5;

/** The facts of this process; `argv[0]` is the name it was started by. */
export function nodeHost(): Host {
  const script = process.argv[1];
  return {
    argv: [script ?? "bq2", ...process.argv.slice(2)],
    env: Object.fromEntries(
      Object.entries(process.env).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]])),
    ),
    cwd: process.cwd(),
    arch: nodeArch(),
    cpuCount: availableParallelism(),
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    pid: process.pid,
    self: [process.execPath, ...selfScript(script)],
    isTerminal: process.stderr.isTTY === true,
    writeOut: (text) => writeAll(1, "standard output", text),
    writeError: (text) => writeAll(2, "standard error", text),
  };
}

/**
 * The entry of the bundle if this code runs from it, or else the started script: the file itself, since the
 * name of a link would select a subcommand.
 */
function selfScript(script: string | undefined): string[] {
  const entry = join(dirname(fileURLToPath(import.meta.url)), "bq2.js");
  if (existsSync(entry)) return [entry];
  return script === undefined ? [] : [realpathSync(script)];
}

/** This machine's architecture. */
export function nodeArch(): Arch {
  const arch = archWith("node", process.arch);
  if (arch !== undefined) return arch.name;
  throw new Bq2Error(`Cannot run on this machine: its architecture is ${process.arch}`, {
    code: "unsupported-arch",
    hint: `supported are ${ARCH_NAMES.join(", ")}`,
  });
}

/** Synchronous, so that nothing is lost when the process ends; waits while a pipe is full. */
function writeAll(fd: number, name: string, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      if (errorCode(error) !== "EAGAIN") throw systemError("write to", name, error);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MILLISECONDS);
    }
  }
}

export const nodeClock: Clock = {
  nowMicroseconds: () => Math.floor((performance.timeOrigin + performance.now()) * 1000),
  monotonicSeconds: () => performance.now() / 1000,
  sleep: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
};
