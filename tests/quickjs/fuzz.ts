/**
 * `… tests/quickjs/fuzz.ts SEED ROUNDS`: calls every primitive of the runtime with random arguments. A
 * primitive may refuse them, but must not crash: `fuzz.test.ts` checks that this process ends normally.
 *
 * Not covered: system calls that could do harm, and damaged bytecode with a right checksum, which the engine
 * trusts.
 */
import * as native from "bq2:native";
import { fromHex } from "../../src/base/bytes.ts";
import { encodeProgram } from "../../src/formats/program.ts";
import { COMPRESSED } from "../../src/platform/contract/bulk.ts";
import {
  F_GETFL,
  O_CLOEXEC,
  O_NONBLOCK,
  SYSCALLS,
  TCGETS,
  TIOCGWINSZ,
} from "../../src/platform/linux-abi.ts";
import { quickjsPlatform } from "../../src/platform/quickjs/platform.ts";
import { type Random, randomBytes, randomOf, word } from "./fuzz-words.ts";

type Primitive = (...words: unknown[]) => unknown;

const platform = quickjsPlatform();
const { host, files } = platform;
const [seed = 0, rounds = 0] = host.argv.slice(2).map(Number);
const random = randomOf(seed);
const folder = `/tmp/bq2-fuzz-${host.pid}`;

const syscall = native.syscall as Primitive;
const number = (name: keyof typeof SYSCALLS): number => SYSCALLS[name][host.arch];

/** Descriptors that never block and that this program does not need. */
const descriptors = [files.open("/dev/null", "update"), ...pipe(), -1, 9999];

function pipe(): Int32Array {
  const ends = new Int32Array(2);
  native.syscall(number("pipe2"), new Uint8Array(ends.buffer), O_CLOEXEC | O_NONBLOCK);
  return ends;
}

const any = (): unknown => word(random);
const someFd = (): unknown => random.pick(descriptors);
const nothing = (): unknown => null;
const fixed = (value: unknown) => (): unknown => value;
const noTime = (): unknown => new Uint8Array(16);

/** System calls, and for each word a source of values with which nothing is harmed and nothing blocks. */
const CALLS: readonly (readonly [keyof typeof SYSCALLS, ...(() => unknown)[]])[] = [
  ["getpid", any, any, any, any, any, any],
  ["getuid", any, any],
  ["read", someFd, any, any],
  ["write", someFd, any, any],
  ["pread64", someFd, any, any, any],
  ["pwrite64", someFd, any, any, any],
  ["lseek", someFd, any, any],
  ["getdents64", someFd, any, any],
  ["statx", any, any, any, any, any],
  ["statfs", any, any],
  ["readlinkat", any, any, any, any],
  ["faccessat", any, any, any],
  ["getcwd", any, any],
  ["getrandom", any, any, fixed(0)],
  ["clock_gettime", any, any],
  ["uname", any],
  ["sysinfo", any],
  ["sched_getaffinity", any, any, any],
  ["pipe2", any, fixed(O_CLOEXEC | O_NONBLOCK)],
  ["copy_file_range", someFd, any, someFd, any, any, any],
  ["llistxattr", any, any, any],
  ["lgetxattr", any, any, any, any],
  ["ppoll", any, any, noTime, any, any],
  ["epoll_ctl", someFd, any, someFd, any],
  ["epoll_pwait", someFd, any, any, fixed(0), any, any],
  ["rt_sigprocmask", any, any, any, any],
  ["rt_sigaction", fixed(64), any, any, any],
  ["wait4", any, any, fixed(1), any],
  ["waitid", fixed(0), any, any, fixed(5), any],
  ["flock", someFd, fixed(8)],
  ["getsockopt", someFd, any, any, any, any],
  ["ioctl", someFd, () => random.pick([TCGETS, TIOCGWINSZ, 0]), any],
  ["fcntl", someFd, fixed(F_GETFL), any],
  ["execve", fixed("/nowhere/at/all"), any, any],
];

function callKernel(): void {
  if (random.below(20) === 0) {
    syscall(random.pick([Number.NaN, 1.5, -1, 2 ** 63, "read", null, undefined, {}, [], 10n]), any(), any());
    return;
  }
  const [name, ...words] = random.pick(CALLS);
  const surplus = random.below(30) === 0 ? [any(), any(), any(), any()] : [];
  syscall(number(name), ...words.map((make) => make()), ...surplus);
}

/** Mostly valid arguments, to reach the code after the checks. */
function digest(): void {
  const state = native.sha256Start();
  (native.sha256Add as Primitive)(random.below(4) === 0 ? any() : state, any());
  (native.sha256Add as Primitive)(state, new Uint8Array(state));
  new Uint8Array(state).set(randomBytes(random, 8), random.below(state.byteLength - 8));
  native.sha256Add(state, randomBytes(random, random.below(300)));
  native.sha256End(state);
}

function deflate(): void {
  const bytes = randomBytes(random, random.below(3000));
  const or = (value: unknown): unknown => (random.below(4) === 0 ? any() : value);
  const packed = (native.deflateRaw as Primitive)(
    ...[or(bytes), or(random.below(12)), or(random.below(17)), or(true), or(null)],
  );
  if (!(packed instanceof ArrayBuffer)) return;
  const view = new Uint8Array(packed);
  if (random.below(2) === 0 && view.length > 0) view[random.below(view.length)] = random.below(256);
  (native.inflateRaw as Primitive)(or(view), or(random.below(4000)));
}

const samples = Object.entries(COMPRESSED).filter(([kind]) => kind !== "zstd");

function decompress(): void {
  const [kind = "gzip", hex = ""] = random.pick(samples);
  const decompressor = native.decompressor(kind as "gzip");
  const bytes = fromHex(hex);
  for (let i = random.below(3); i > 0; i--) bytes[random.below(bytes.length)] = random.below(256);
  for (let at = 0, tries = 0; at < bytes.length && tries < 40; tries++) {
    const piece = bytes.subarray(at, at + 1 + random.below(bytes.length));
    const output = random.below(9) === 0 ? bytes : new Uint8Array(random.below(5000));
    const [taken] = native.decompress(decompressor, piece, output, random.below(4) === 0);
    at += taken;
  }
  (native.decompress as Primitive)(random.below(2) === 0 ? any() : decompressor, any(), any(), any());
}

const HEAD_SIZE = 8; // native/program.c
const TRAILER_SIZE = 24;
const code = new Uint8Array(native.compile("export default 1", "a"));
const wholeProgram = await encodeProgram([{ name: "a", code }], platform.bulk);
const directorySize = wholeProgram[wholeProgram.length - TRAILER_SIZE + 8] ?? 0;

/** A program file with a changed byte, cut short, or with random lengths under a right checksum. */
function addProgram(): void {
  let file = wholeProgram.slice();
  const at = random.below(file.length);
  if (random.below(3) === 0) file = file.subarray(0, at);
  else if (random.below(2) === 0) file[at] = random.below(256);
  else {
    const view = new DataView(file.buffer, file.byteOffset);
    const end = file.length - TRAILER_SIZE;
    const length = random.pick([0, 1, 2 ** 31, 2 ** 32 - 1, end]);
    view.setUint32(HEAD_SIZE + 4 * random.below(3), length, true);
    view.setUint32(end + 12, native.crc32(file.subarray(0, HEAD_SIZE + directorySize), 0), true);
  }
  files.writeFile(`${folder}/program`, file);
  native.addProgram(`${folder}/program`);
}

const ACTIONS: readonly (() => void)[] = [
  ...[callKernel, callKernel, callKernel, callKernel, callKernel, callKernel],
  ...[digest, deflate, decompress, addProgram],
  () => (native.crc32 as Primitive)(any(), any()),
  () => (native.decompressor as Primitive)(any()),
  () => (native.compile as Primitive)(any(), any()),
  () => void Promise.resolve((native.evaluate as Primitive)(any(), any())).catch(nothing),
  () =>
    (native.addProgram as Primitive)(random.pick([any(), "/", "/dev/null", "/dev/zero", "/proc/self/exe"])),
  () => (native.setModuleHooks as Primitive)(any(), null),
  () => (native.setIdle as Primitive)(random.pick([null, 1, {}, "x"])),
  () => (native.setRejectionTracker as Primitive)(random.pick([null, 1, {}, "x"])),
  () => (native.setMemoryLimit as Primitive)(random.pick([0, -1, Number.NaN, "x", {}, 2 ** 40])),
  () => (native.setInterruptible as Primitive)(random.below(2) === 0),
];

function run(random: Random): void {
  for (let round = 0; round < rounds; round++) {
    try {
      random.pick(ACTIONS)();
    } catch {
      // refused: fine
    }
  }
}

files.makeFolder(folder);
run(random);
native.setInterruptible(false);
for (const name of files.list(folder)) files.removeFile(`${folder}/${name}`);
files.removeFolder(folder);
native.syscall(number("exit_group"), 0);
