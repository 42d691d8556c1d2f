/** {@link Host} and {@link Clock} on QuickJS. */
import { architecture, programArguments, programEnvironment } from "bq2:native";
import { resolvePath } from "../../base/path.ts";
import { bytesToName, encodeUtf8 } from "../../base/text.ts";
import { CLOCK_REALTIME, PATH_MAX, POLLOUT, TCGETS } from "../linux-abi.ts";
import { type Clock, type Host, SystemError } from "../platform.ts";
import { call, errnoName, rawCall } from "./call.ts";
import { quickjsFiles } from "./files.ts";
import { clockSeconds, monotonicSeconds, sleep } from "./loop.ts";

const CPU_SET_BYTES = 128; // 1,024 processors, as in the C libraries
const TERMIOS_BYTES = 64; // more than struct termios

/**
 * How many words start this program again. Modules of a compiled program have relative names; files have
 * absolute ones, so this program runs from source, by three words (`native/bootstrap.mjs`).
 */
const OWN_WORDS = import.meta.url.startsWith("/") ? 3 : 1;

export function quickjsHost(): Host {
  const words = programArguments.map(bytesToName);
  const cwd = currentFolder();
  return {
    argv: [words[OWN_WORDS - 1] ?? "bq2", ...words.slice(OWN_WORDS)],
    env: Object.fromEntries(programEnvironment.map(bytesToName).flatMap(variable)),
    cwd,
    arch: architecture,
    cpuCount: countCpus(),
    uid: rawCall("getuid"),
    gid: rawCall("getgid"),
    pid: rawCall("getpid"),
    self: [ownProgram(words[0] ?? "bq2"), ...words.slice(1, OWN_WORDS).map((path) => resolvePath(cwd, path))],
    isTerminal: isTerminal(2),
    writeOut: (text) => writeAll(1, "standard output", text),
    writeError: (text) => writeAll(2, "standard error", text),
  };
}

export const quickjsClock: Clock = {
  nowMicroseconds() {
    const { seconds, nanoseconds } = clockSeconds(CLOCK_REALTIME);
    return seconds * 1e6 + Math.floor(nanoseconds / 1000);
  },
  monotonicSeconds,
  sleep,
};

export function isTerminal(fd: number): boolean {
  return rawCall("ioctl", fd, TCGETS, new Uint8Array(TERMIOS_BYTES)) >= 0;
}

function variable(line: string): [string, string][] {
  const at = line.indexOf("=");
  return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
}

function currentFolder(): string {
  const path = new Uint8Array(PATH_MAX);
  const length = call("find", "the current folder", "getcwd", path, path.length);
  return bytesToName(path.subarray(0, length - 1));
}

function countCpus(): number {
  const mask = new Uint8Array(CPU_SET_BYTES);
  const length = rawCall("sched_getaffinity", 0, mask.length, mask);
  let count = 0;
  for (const byte of mask.subarray(0, Math.max(length, 0))) {
    for (let bits = byte; bits > 0; bits >>= 1) count += bits & 1;
  }
  return Math.max(count, 1);
}

/** The file itself: the name of a link would select a subcommand. Without /proc, the name as called. */
function ownProgram(calledAs: string): string {
  try {
    return quickjsFiles.readLink("/proc/self/exe");
  } catch {
    return calledAs;
  }
}

/** Waits while a pipe is full, so that nothing is lost when the program ends. */
function writeAll(fd: number, name: string, text: string): void {
  const bytes = encodeUtf8(text);
  for (let done = 0; done < bytes.length; ) {
    const rest = bytes.subarray(done);
    const length = rawCall("write", fd, rest, rest.length);
    if (length >= 0) done += length;
    else if (errnoName(length) === "EAGAIN") waitUntilWritable(fd);
    else throw new SystemError("write to", name, errnoName(length));
  }
}

function waitUntilWritable(fd: number): void {
  const descriptor = new Uint8Array(8); // include/uapi/asm-generic/poll.h: struct pollfd
  const view = new DataView(descriptor.buffer);
  view.setInt32(0, fd, true);
  view.setInt16(4, POLLOUT, true);
  rawCall("ppoll", descriptor, 1, null, null, 0);
}
