/**
 * A platform without a machine, for tests: files in memory that fail as Linux's do, programs that are
 * functions, a clock that only tests advance. No holes smaller than 4 KiB, no access control lists, and only
 * the system calls that a test provides.
 */
import { Bq2Error } from "../../base/error.ts";
import { ENOSYS } from "../linux-abi.ts";
import type { Bulk, Clock, Host, Kernel, Platform } from "../platform.ts";
import { MemoryDisk } from "./disk.ts";
import { type MemoryFiles, memoryFiles } from "./files.ts";
import { type MemoryProcesses, type MemoryPrograms, memoryProcesses } from "./processes.ts";

export interface MemoryOptions {
  readonly host?: Partial<Host>;
  /**
   * The engine's own (`nodeBulk` under Node), for work on bytes in memory. By default bulk work throws.
   * Compressed files cannot be unpacked in either case.
   */
  readonly bulk?: Bulk;
  readonly kernel?: Kernel;
  /** Bytes; 1 TiB by default. */
  readonly capacity?: number;
}

export interface MemoryPlatform extends Platform {
  readonly files: MemoryFiles;
  readonly processes: MemoryProcesses;
  readonly programs: MemoryPrograms;
  readonly disk: MemoryDisk;
  readonly clock: Clock & {
    /** Advances the time and wakes the sleepers whose time has come. */
    advance(seconds: number): void;
  };
  /** Everything written to standard output and standard error so far. */
  readonly written: { out: string; error: string };
}

const TEBIBYTE = 2 ** 40;

export function memoryPlatform(options: MemoryOptions = {}): MemoryPlatform {
  const written = { out: "", error: "" };
  const host: Host = {
    argv: ["bq2"],
    env: {},
    cwd: "/",
    arch: "x86_64",
    cpuCount: 2,
    uid: 0,
    gid: 0,
    pid: 1,
    self: ["bq2"],
    isTerminal: false,
    writeOut: (text) => {
      written.out += text;
    },
    writeError: (text) => {
      written.error += text;
    },
    ...options.host,
  };
  const clock = memoryClock();
  const disk = new MemoryDisk(options.capacity ?? TEBIBYTE);
  const nowSeconds = (): number => clock.nowMicroseconds() / 1e6;
  const files = memoryFiles({ uid: host.uid, gid: host.gid, nowSeconds }, disk);
  const programs: MemoryPrograms = new Map();
  return {
    host,
    clock,
    files,
    processes: memoryProcesses(programs, files),
    programs,
    disk,
    written,
    bulk: memoryBulk(options.bulk, files),
    kernel: options.kernel ?? { syscall: () => -ENOSYS, fork: undefined, waitReadable: undefined },
  };
}

function memoryClock(): MemoryPlatform["clock"] {
  let seconds = 0;
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  return {
    nowMicroseconds: () => seconds * 1e6,
    monotonicSeconds: () => seconds,
    sleep: (duration) =>
      new Promise((wake) => {
        if (duration <= 0) wake();
        else sleepers.add({ until: seconds + duration, wake });
      }),
    advance(by) {
      seconds += by;
      for (const sleeper of sleepers) {
        if (sleeper.until > seconds) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
  };
}

function memoryBulk(engine: Bulk | undefined, files: MemoryFiles): Bulk {
  const given = (): Bulk => {
    if (engine !== undefined) return engine;
    throw new Bq2Error("Cannot do bulk work: this platform in memory has no engine for it", {
      code: "missing-tool",
      hint: "pass the engine's own: memoryPlatform({ bulk: nodeBulk })",
    });
  };
  return {
    sha256: () => given().sha256(),
    crc32: (bytes, previous) => given().crc32(bytes, previous),
    deflateRaw: (bytes, options) => given().deflateRaw(bytes, options),
    inflateRaw: (bytes, maxSize) => given().inflateRaw(bytes, maxSize),
    async *decompress(source, compression) {
      if (compression === "none") {
        if (typeof source === "string") yield files.readFile(source);
        else yield* source.chunks;
        return;
      }
      const name = typeof source === "string" ? source : source.name;
      throw new Bq2Error(`Cannot unpack ${name}: a platform in memory has no ${compression}`, {
        code: "missing-tool",
      });
    },
  };
}
