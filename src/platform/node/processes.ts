/** {@link Processes} on Node: children by `node:child_process`, whose output is kept until it is read. */
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { accessSync, constants, existsSync, statSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { Bq2Error } from "../../base/error.ts";
import {
  type Child,
  type Exit,
  type Processes,
  type SpawnOptions,
  type Stream,
  SystemError,
} from "../platform.ts";
import { systemError, toNative } from "./path.ts";

export const nodeProcesses: Processes = {
  async spawn(options) {
    const [program, ...args] = options.argv;
    if (program === undefined)
      throw new Bq2Error("Cannot start a program: its argv is empty", { code: "EINVAL" });
    if (options.ownTerminal)
      throw new Bq2Error(`Cannot start ${program} with its own terminal: Node cannot do that`, {
        code: "ENOSYS",
      });
    if (options.beforeStart !== undefined)
      throw new Bq2Error(`Cannot prepare the process of ${program}: Node cannot do that`, { code: "ENOSYS" });
    refuseOddNames([...options.argv, options.cwd]);
    const stdio: StdioOptions = [options.stdin, options.stdout, options.stderr].map(nodeStream);
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: [...stdio, ...(options.extraFds ?? [])],
      detached: options.ownGroup ?? false,
    });
    const exit = exitOf(child);
    await started(child, program, options);
    return wrap(child, exit);
  },

  onSignal(signals, handler) {
    const listener = (signal: string): void => handler(signal);
    for (const signal of signals) process.on(signal, listener);
    return () => {
      for (const signal of signals) process.off(signal, listener);
    };
  },

  beFirst: undefined,

  find(program, path) {
    const candidates = program.includes("/")
      ? [program]
      : path.split(":").flatMap((folder) => (folder === "" ? [] : [`${folder}/${program}`]));
    return candidates.find(isExecutable);
  },
};

function nodeStream(stream: Stream): "inherit" | "ignore" | "pipe" | number {
  return typeof stream === "string" ? stream : stream.fd;
}

/** Node passes argv as UTF-8 text, which would silently change a name that is not UTF-8. */
function refuseOddNames(names: readonly string[]): void {
  const odd = names.find((name) => Buffer.isBuffer(toNative(name)) && Buffer.from(name).includes("\ufffd"));
  if (odd === undefined) return;
  throw new Bq2Error(`Cannot pass ${JSON.stringify(odd)} to a program: it is not UTF-8`, {
    code: "EILSEQ",
    hint: "rename that file, or use a folder with a plain name",
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(toNative(path), constants.X_OK);
    return statSync(toNative(path)).isFile();
  } catch {
    return false;
  }
}

/** Listens at once, to miss no early end. Not to "close", because a grandchild may keep the pipes open. */
function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve(signal === null ? { code: code ?? 0 } : { signal }));
  });
}

function started(child: ChildProcess, program: string, options: SpawnOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error) => {
      // A failed execve(2) and a failed chdir(2) both report ENOENT here.
      if (!existsSync(toNative(options.cwd)))
        reject(new SystemError(`start ${program} in`, options.cwd, "ENOENT"));
      else reject(systemError("start", program, error));
    });
  });
}

function wrap(child: ChildProcess, exit: Promise<Exit>): Child {
  const pid = child.pid;
  if (pid === undefined) throw new SystemError("start", "a program", "EAGAIN");
  child.on("error", () => {}); // a kill that comes too late: `wait` reports the end
  const input = inputOf(child.stdin);
  return {
    pid,
    stdout: outputOf(child.stdout),
    stderr: outputOf(child.stderr),
    ...input,
    wait: () => exit,
    kill: (signal) => signalTo(pid, signal, child),
    killGroup: (signal) => signalTo(-pid, signal, child),
  };
}

/** An ended process is no error. A reaped child gets no signal: its pid may belong to another process. */
function signalTo(target: number, signal: string, child: ChildProcess): void {
  const hasEnded = child.exitCode !== null || child.signalCode !== null;
  if (hasEnded && target > 0) return;
  try {
    process.kill(target, signal);
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== "ESRCH")
      throw systemError(`send ${signal} to`, `process ${target}`, error);
  }
}

async function* nothing(): AsyncIterable<Uint8Array> {}

function outputOf(stream: Readable | null): AsyncIterable<Uint8Array> {
  if (stream === null) return nothing();
  // When a child ends, Node discards output that has no listener yet (lib/internal/child_process.js,
  // flushStdio). A listener for "readable" keeps it.
  stream.on("readable", () => {});
  return stream;
}

function inputOf(stream: Writable | null): Pick<Child, "write" | "closeInput"> {
  stream?.on("error", () => {}); // each write reports its own failure
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (stream === null) return reject(new SystemError("write to", "a child's standard input", "EBADF"));
        stream.write(bytes, (error) => {
          if (error == null) resolve();
          else reject(new SystemError("write to", "a child's standard input", "EPIPE", error));
        });
      }),
    closeInput: () => {
      stream?.end();
    },
  };
}
