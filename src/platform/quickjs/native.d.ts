/**
 * What the C runtime (`native/`) gives to TypeScript: one primitive for the kernel, bulk work that is too slow in
 * TypeScript, and the engine's own services. Everything else is TypeScript.
 *
 * Wrong types, NULs in strings, lengths beyond a buffer and integers beyond 64 bits throw TypeError or RangeError.
 */
declare module "bq2:native" {
  /**
   * An argument of a system call. Numbers and bigints: 64-bit integers. Strings: NUL-terminated UTF-8. Bytes: the
   * address of their first byte; the kernel reads and writes them in place. null: 0. Arrays: the address of a
   * NULL-terminated array of words, each one again such an argument (argv, iovec).
   */
  export type Word = number | bigint | string | Uint8Array | null | readonly Word[];
  /** The kernel's result: -errno on failure. At most six words. */
  export function syscall(number: number, ...words: readonly Word[]): number;

  /** `x86_64` or `aarch64`: what the runtime was compiled for. */
  export const architecture: import("../../base/arch.ts").Arch;
  /** As the kernel passed them, without the NULs. `name=value` in the environment. */
  export const programArguments: readonly Uint8Array[];
  export const programEnvironment: readonly Uint8Array[];

  /** A running sha256: opaque bytes, ended by `sha256End`, which gives the 32 bytes. */
  export function sha256Start(): ArrayBuffer;
  export function sha256Add(state: ArrayBuffer, bytes: Uint8Array): void;
  export function sha256End(state: ArrayBuffer): ArrayBuffer;
  /** CRC-32 of gzip; pass the last result (0 at first) to go on. */
  export function crc32(bytes: Uint8Array, previous: number): number;
  /** One raw deflate stream by zlib; `last` false ends in a sync flush. `level` 1 to 9, `windowBits` 9 to 15. */
  export function deflateRaw(
    bytes: Uint8Array,
    level: number,
    windowBits: number,
    last: boolean,
    dictionary: Uint8Array | null,
  ): ArrayBuffer;
  /** Throws Error where the stream is damaged, ends early, or holds more than `maxSize` bytes. */
  export function inflateRaw(bytes: Uint8Array, maxSize: number): ArrayBuffer;

  export type Decompressor = { readonly __kind: "decompressor" };
  /** Concatenated members (gzip, bzip2) and streams (xz) are read as one. */
  export function decompressor(kind: "gzip" | "xz" | "bzip2"): Decompressor;
  /**
   * Takes from `input`, writes to `output`: `[bytes taken, bytes written, whether the end is reached]`. `isLast`:
   * nothing comes behind `input`. Call again with what was not taken while it makes progress. Throws Error where
   * the data is damaged or ends early.
   */
  export function decompress(
    decompressor: Decompressor,
    input: Uint8Array,
    output: Uint8Array,
    isLast: boolean,
  ): [taken: number, written: number, isEnd: boolean];

  /** Bytecode of an ES module, without its source but with line numbers. Throws SyntaxError. */
  export function compile(source: string, name: string): ArrayBuffer;
  /** Evaluates JavaScript in the global scope; top-level await works. Gives a promise of `{ value }`. */
  export function evaluate(source: string, name: string): Promise<{ readonly value: unknown }>;
  /** Adds the modules of a program file (`src/program/format.ts`) to those that can be imported. Throws Error. */
  export function addProgram(path: string): void;
  /**
   * How modules that are files are found: `resolve` names what `importer` (an absolute path) means by `specifier`;
   * `read` gives the JavaScript of an absolute path, null where the file is that JavaScript. Modules of a program have
   * relative names and need neither.
   */
  export function setModuleHooks(
    resolve: (importer: string, specifier: string) => string,
    read: (path: string) => string | null,
  ): void;

  /**
   * `idle` is called whenever no promise job is left: it waits for the next event and handles it. When it returns
   * false there is nothing left to wait for, and the program ends with code 0.
   */
  export function setIdle(idle: () => boolean): void;
  /** Called when a promise is rejected with nobody to hear (`isHandled` false), and again when somebody does. */
  export function setRejectionTracker(
    tracker: (promise: object, reason: unknown, isHandled: boolean) => void,
  ): void;
  /** While on, SIGINT stops the running JavaScript with an error that it cannot catch. */
  export function setInterruptible(isOn: boolean): void;
  /** True once for a SIGINT that came while `setInterruptible` was on. */
  export function takeInterrupt(): boolean;
  /** JavaScript memory beyond this throws `InternalError: out of memory`. */
  export function setMemoryLimit(bytes: number): void;
}

interface ImportMeta {
  /** The module's name: relative in a program, absolute for a file. */
  url: string;
}
