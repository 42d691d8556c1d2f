/** {@link Processes} on QuickJS: starts children by fork and execve, awaits their ends by pidfd_open(2). */
import { Bq2Error } from "../../base/error.ts";
import { decodeUtf8 } from "../../base/text.ts";
import {
  AT_FDCWD,
  CLD_EXITED,
  F_SETFL,
  O_CLOEXEC,
  O_NONBLOCK,
  O_RDWR,
  P_ALL,
  P_PIDFD,
  WEXITED,
  WNOHANG,
} from "../linux-abi.ts";
import {
  type Child,
  type Exit,
  type FirstDuties,
  type Processes,
  type SpawnOptions,
  type Stream,
  SystemError,
} from "../platform.ts";
import { call, errnoName, rawCall } from "./call.ts";
import { become, candidates, canExecute, fork, LONGEST_FAILURE, type StartFailure } from "./exec.ts";
import { quickjsFiles } from "./files.ts";
import { raiseDescriptorLimit } from "./limits.ts";
import { runForever, waitReadable, waitWritable } from "./loop.ts";
import { onSignal, signalName, signalNumber } from "./signals.ts";

const PIPE_CHUNK = 65536; // pipe(7): its capacity

export const quickjsProcesses: Processes = {
  async spawn(options) {
    const [program] = options.argv;
    if (program === undefined)
      throw new Bq2Error("Cannot start a program: its argv is empty", { code: "EINVAL" });
    raiseDescriptorLimit();
    const streams = ([options.stdin, options.stdout, options.stderr] as const).map(openStream);
    const failure = makePipe();
    const pid = start(options, streams, failure.write);
    for (const { theirs, isOurs } of streams) if (isOurs) rawCall("close", theirs);
    rawCall("close", failure.write);
    const problem = readFailure(failure.read);
    rawCall("close", failure.read);
    if (problem === undefined) return childOf(pid, streams);
    for (const { ours } of streams) if (ours !== undefined) rawCall("close", ours);
    rawCall("wait4", pid, null, 0, null);
    throw startError(program, options.cwd, problem);
  },

  onSignal,
  beFirst,

  find: (program, path) =>
    candidates(program, path).find(
      (candidate) => canExecute(candidate) && quickjsFiles.statusFollowed(candidate)?.kind === "file",
    ),
};

/** A standard stream: the child's end, and our end if it is a pipe. */
interface OpenStream {
  readonly theirs: number;
  readonly ours: number | undefined;
  /** Whether `theirs` was opened for the child, so that we close it. */
  readonly isOurs: boolean;
}

function openStream(stream: Stream, place: number): OpenStream {
  if (stream === "inherit") return { theirs: place, ours: undefined, isOurs: false };
  if (stream === "ignore") {
    const theirs = call("open", "/dev/null", "openat", AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC, 0);
    return { theirs, ours: undefined, isOurs: true };
  }
  if (stream !== "pipe") return { theirs: stream.fd, ours: undefined, isOurs: false };
  const { read, write } = makePipe();
  const [theirs, ours] = place === 0 ? [read, write] : [write, read];
  rawCall("fcntl", ours, F_SETFL, O_NONBLOCK);
  return { theirs, ours, isOurs: true };
}

function makePipe(): { readonly read: number; readonly write: number } {
  const ends = new Int32Array(2);
  call("make", "a pipe", "pipe2", new Uint8Array(ends.buffer), O_CLOEXEC);
  return { read: ends[0] ?? -1, write: ends[1] ?? -1 };
}

function start(options: SpawnOptions, streams: readonly OpenStream[], failureFd: number): number {
  const { argv, cwd, env } = options;
  const fds = [...streams.map(({ theirs }) => theirs), ...(options.extraFds ?? [])];
  const ownTerminal = options.ownTerminal ?? false;
  const plan = {
    argv,
    cwd,
    env,
    fds,
    ownSession: ownTerminal || (options.ownGroup ?? false),
    ownTerminal,
    beforeStart: options.beforeStart ?? (() => {}),
    failureFd,
  };
  const pid = fork();
  if (pid === 0) become(plan);
  return pid;
}

/** The failure that `become` wrote, or undefined if a successful start closed the pipe. */
function readFailure(fd: number): StartFailure | undefined {
  const text = new Uint8Array(LONGEST_FAILURE);
  const length = rawCall("read", fd, text, text.length);
  return length <= 0 ? undefined : JSON.parse(decodeUtf8(text.subarray(0, length)));
}

function startError(program: string, cwd: string, failure: StartFailure): Bq2Error {
  const { stage, code } = failure;
  if (stage === "preparation") return new Bq2Error(failure.message, { code, hint: failure.hint });
  return stage === "folder"
    ? new SystemError(`start ${program} in`, cwd, code)
    : new SystemError("start", program, code);
}

function childOf(pid: number, streams: readonly OpenStream[]): Child {
  const [input, output, error] = streams.map(({ ours }) => ours);
  const exit = exitOf(pid);
  let hasEnded = false;
  exit.then(() => {
    hasEnded = true;
  });
  return {
    pid,
    stdout: outputOf(output),
    stderr: outputOf(error),
    ...inputOf(input),
    wait: () => exit,
    kill(signal) {
      if (!hasEnded) signalTo(pid, signal); // afterwards its pid may belong to another process
    },
    killGroup: (signal) => signalTo(-pid, signal),
  };
}

/** include/uapi/asm-generic/siginfo.h: the members for SIGCHLD. */
const SIGINFO = { size: 128, codeAt: 8, pidAt: 16, statusAt: 24 };

/** Children whose end is awaited, and how they ended if {@link reapAll} has reaped them. */
const ownChildren = new Map<number, Exit | undefined>();

async function exitOf(pid: number): Promise<Exit> {
  const pidfd = call("watch", `process ${pid}`, "pidfd_open", pid, 0);
  ownChildren.set(pid, undefined);
  await waitReadable(pidfd); // it stays readable after the child is reaped
  const info = new Uint8Array(SIGINFO.size);
  const exit = ownChildren.get(pid);
  if (exit === undefined) call("wait for", `process ${pid}`, "waitid", P_PIDFD, pidfd, info, WEXITED, null);
  ownChildren.delete(pid);
  rawCall("close", pidfd);
  return exit ?? exitIn(info);
}

function exitIn(info: Uint8Array): Exit {
  const view = new DataView(info.buffer);
  const status = view.getInt32(SIGINFO.statusAt, true);
  return view.getInt32(SIGINFO.codeAt, true) === CLD_EXITED
    ? { code: status }
    : { signal: signalName(status) };
}

function beFirst(duties: FirstDuties): void {
  runForever(duties.failed);
  onSignal(["SIGCHLD"], () => reapAll(duties.orphanEnded));
  reapAll(duties.orphanEnded); // those that ended earlier
}

/** One SIGCHLD may stand for many ends, of children and orphans: reaps them all and sorts them. */
function reapAll(orphanEnded: (pid: number) => void): void {
  const info = new Uint8Array(SIGINFO.size);
  const view = new DataView(info.buffer);
  for (;;) {
    info.fill(0);
    if (rawCall("waitid", P_ALL, 0, info, WEXITED | WNOHANG, null) < 0) return; // no child is left
    const pid = view.getInt32(SIGINFO.pidAt, true);
    if (pid === 0) return; // no other has ended
    if (ownChildren.has(pid)) ownChildren.set(pid, exitIn(info));
    else orphanEnded(pid);
  }
}

/** A process that has already ended is no error. */
function signalTo(target: number, signal: string): void {
  const result = rawCall("kill", target, signalNumber(signal));
  if (result < 0 && errnoName(result) !== "ESRCH") {
    throw new SystemError(`send ${signal} to`, `process ${target}`, errnoName(result));
  }
}

async function* outputOf(fd: number | undefined): AsyncIterable<Uint8Array> {
  if (fd === undefined) return;
  try {
    for (;;) {
      await waitReadable(fd); // each time, so that endless output does not hold up the event loop
      const chunk = new Uint8Array(PIPE_CHUNK);
      const length = rawCall("read", fd, chunk, chunk.length);
      if (length > 0) yield chunk.subarray(0, length);
      else if (length === 0) return;
      else if (errnoName(length) !== "EAGAIN")
        throw new SystemError("read from", "a child", errnoName(length));
    }
  } finally {
    rawCall("close", fd);
  }
}

function inputOf(fd: number | undefined): Pick<Child, "write" | "closeInput"> {
  let isOpen = fd !== undefined;
  return {
    async write(bytes) {
      const what = "a child's standard input";
      if (fd === undefined || !isOpen) throw new SystemError("write to", what, "EBADF");
      for (let done = 0; done < bytes.length; ) {
        const rest = bytes.subarray(done);
        const length = rawCall("write", fd, rest, rest.length);
        if (length >= 0) done += length;
        else if (errnoName(length) === "EAGAIN") await waitWritable(fd);
        else throw new SystemError("write to", what, errnoName(length));
      }
    },
    closeInput() {
      if (fd !== undefined && isOpen) rawCall("close", fd);
      isOpen = false;
    },
  };
}
