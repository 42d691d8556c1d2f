/** {@link Processes} in memory: programs are functions that a test provides. */
import { concatBytes } from "../../base/bytes.ts";
import { Bq2Error } from "../../base/error.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { chunksOf } from "../files.ts";
import {
  type Child,
  type Exit,
  type Files,
  type FirstDuties,
  type Processes,
  type SpawnOptions,
  type Stream,
  SystemError,
} from "../platform.ts";

/** A program's view of its process. */
export interface MemoryRun {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: { readonly [name: string]: string };
  /** The bytes written to a piped standard input until it is closed, or the rest of an open file. */
  readonly stdin: AsyncIterable<Uint8Array>;
  out(bytes: Uint8Array | string): void;
  error(bytes: Uint8Array | string): void;
  /** The descriptors that the program sees as 3, 4, … */
  readonly extraFds: readonly number[];
  /** Resolves when a signal arrives. The process has then ended, whatever the program does. */
  readonly killed: Promise<string>;
}

/** Runs a program; the result is its exit code. */
export type MemoryProgram = (run: MemoryRun) => Promise<number> | number;

/** Programs by name: `argv[0]` is looked up in full, then by its base name. */
export type MemoryPrograms = Map<string, MemoryProgram>;

const FIRST_PID = 100;

export interface MemoryProcesses extends Processes {
  /** Calls the handlers registered by {@link Processes.onSignal}. */
  raise(signal: string): void;
  /** The duties last given to {@link Processes.beFirst}. */
  duties(): FirstDuties | undefined;
}

export function memoryProcesses(programs: MemoryPrograms, files: Files): MemoryProcesses {
  let nextPid = FIRST_PID;
  let duties: FirstDuties | undefined;
  const handlers = new Set<{
    readonly signals: readonly string[];
    readonly handler: (signal: string) => void;
  }>();
  return {
    async spawn(options) {
      const name = options.argv[0];
      if (name === undefined)
        throw new Bq2Error("Cannot start a program: its argv is empty", { code: "EINVAL" });
      if (files.statusFollowed(options.cwd)?.kind !== "folder") {
        throw new SystemError(`start ${name} in`, options.cwd, "ENOENT");
      }
      const program = programs.get(name) ?? programs.get(name.slice(name.lastIndexOf("/") + 1));
      if (program === undefined) throw new SystemError("start", name, "ENOENT");
      options.beforeStart?.(); // there is no copy of this process, and only a test's kernel
      return start(program, options, files, nextPid++);
    },
    onSignal(signals, handler) {
      const entry = { signals, handler };
      handlers.add(entry);
      return () => void handlers.delete(entry);
    },
    raise(signal) {
      for (const entry of handlers) if (entry.signals.includes(signal)) entry.handler(signal);
    },
    beFirst: (given) => {
      duties = given;
    },
    duties: () => duties,
    find: (program) => (programs.has(program) ? `/usr/bin/${program}` : undefined),
  };
}

function start(program: MemoryProgram, options: SpawnOptions, files: Files, pid: number): Child {
  const [stdin, stdout, stderr] = [byteQueue(), byteQueue(), byteQueue()];
  let hasEnded = false;
  let kill: (signal: string) => void = () => {};
  const killed = new Promise<string>((resolve) => {
    kill = resolve;
  });
  const writer = (queue: ByteQueue, stream: Stream) => (content: Uint8Array | string) => {
    const bytes = typeof content === "string" ? encodeUtf8(content) : content.slice();
    if (hasEnded) return;
    if (stream === "pipe") queue.push(bytes);
    else if (typeof stream !== "string") files.write(stream.fd, bytes, null);
  };
  if (typeof options.stdin !== "string")
    for (const chunk of chunksOf(files, options.stdin.fd)) stdin.push(chunk.slice());
  if (options.stdin !== "pipe") stdin.end();
  const run: MemoryRun = {
    argv: options.argv,
    cwd: options.cwd,
    env: options.env,
    stdin: stdin.chunks,
    out: writer(stdout, options.stdout),
    error: writer(stderr, options.stderr),
    extraFds: options.extraFds ?? [],
    killed,
  };
  const ended = Promise.resolve(run).then(program);
  const exit = Promise.race<Exit>([
    ended.then((code) => ({ code })),
    killed.then((signal) => ({ signal })),
  ]).finally(() => {
    hasEnded = true;
    stdout.end();
    stderr.end();
  });
  exit.catch(() => {}); // a program that throws is a mistake in the test, which `wait` reports
  return {
    pid,
    stdout: stdout.chunks,
    stderr: stderr.chunks,
    async write(bytes) {
      if (hasEnded || options.stdin !== "pipe")
        throw new SystemError("write to", "a child's standard input", "EPIPE");
      stdin.push(bytes.slice());
    },
    closeInput: () => stdin.end(),
    wait: () => exit,
    kill,
    killGroup: kill,
  };
}

interface ByteQueue {
  push(bytes: Uint8Array): void;
  end(): void;
  readonly chunks: AsyncIterable<Uint8Array>;
}

function byteQueue(): ByteQueue {
  const waiting: Uint8Array[] = [];
  let ended = false;
  let wake: () => void = () => {};
  async function* chunks(): AsyncIterable<Uint8Array> {
    for (;;) {
      if (waiting.length > 0) yield concatBytes(waiting.splice(0));
      else if (ended) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }
  return {
    push(bytes) {
      waiting.push(bytes);
      wake();
    },
    end() {
      ended = true;
      wake();
    },
    chunks: chunks(),
  };
}
