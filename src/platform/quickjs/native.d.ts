/**
 * What the C runtime (`native/`) provides to TypeScript: one primitive for the kernel, bulk work that is too
 * slow in TypeScript, and services of the engine. Everything else is TypeScript.
 *
 * Wrong types, NULs in strings, lengths beyond a buffer and integers beyond 64 bits throw TypeError or
 * RangeError.
 */
declare module "bq2:native" {
  /**
   * An argument of a system call. Numbers and bigints: 64-bit integers. Strings: NUL-terminated UTF-8. Bytes:
   * the address of their first byte; the kernel reads and writes them in place. null: 0. Arrays: the address
   * of a NULL-terminated array of such arguments (argv, iovec).
   */
  export type Word = number | bigint | string | Uint8Array | null | readonly Word[];
  /** Returns the kernel's result, -errno on failure. At most six words. */
  export function syscall(number: number, ...words: readonly Word[]): number;

  /** The architecture that the runtime was compiled for. */
  export const architecture: import("../../base/arch.ts").Arch;
  /** As passed by the kernel, without the NULs. The environment is a list of `name=value`. */
  export const programArguments: readonly Uint8Array[];
  export const programEnvironment: readonly Uint8Array[];

  /** Starts a sha256. The state is opaque; `sha256End` returns the 32 bytes. */
  export function sha256Start(): ArrayBuffer;
  export function sha256Add(state: ArrayBuffer, bytes: Uint8Array): void;
  export function sha256End(state: ArrayBuffer): ArrayBuffer;
  /** CRC-32 as in gzip; pass the last result (0 at first) to continue. */
  export function crc32(bytes: Uint8Array, previous: number): number;
  /**
   * One raw deflate stream by zlib; `last` false ends in a sync flush. `level` 1 to 9, `windowBits` 9 to 15.
   */
  export function deflateRaw(
    bytes: Uint8Array,
    level: number,
    windowBits: number,
    last: boolean,
    dictionary: Uint8Array | null,
  ): ArrayBuffer;
  /** Throws Error if the stream is damaged, ends early, or contains more than `maxSize` bytes. */
  export function inflateRaw(bytes: Uint8Array, maxSize: number): ArrayBuffer;

  export type Decompressor = { readonly __kind: "decompressor" };
  /** Concatenated members (gzip, bzip2) and streams (xz) are read as one. */
  export function decompressor(kind: "gzip" | "xz" | "bzip2"): Decompressor;
  /**
   * Decompresses from `input` to `output`. `isLast`: no input follows. Call it again with the rest of the
   * input while it makes progress. Throws Error if the data is damaged or ends early.
   */
  export function decompress(
    decompressor: Decompressor,
    input: Uint8Array,
    output: Uint8Array,
    isLast: boolean,
  ): [taken: number, written: number, isEnd: boolean];

  /** Bytecode of an ES module, without its source but with line numbers. Throws SyntaxError. */
  export function compile(source: string, name: string): ArrayBuffer;
  /** Evaluates JavaScript in the global scope; top-level await works. */
  export function evaluate(source: string, name: string): Promise<{ readonly value: unknown }>;
  /** Makes the modules of a program file (`src/program/format.ts`) importable. Throws Error. */
  export function addProgram(path: string): void;
  /**
   * How to find modules that are files. `resolve` returns the module that `importer` (an absolute path) means
   * by `specifier`. `read` returns the JavaScript of an absolute path, or null if the file contains it.
   * Modules of a program have relative names and need neither.
   */
  export function setModuleHooks(
    resolve: (importer: string, specifier: string) => string,
    read: (path: string) => string | null,
  ): void;

  /**
   * `idle` is called whenever no promise job is left. It waits for the next event and handles it. When it
   * returns false, nothing is awaited and the program ends with code 0.
   */
  export function setIdle(idle: () => boolean): void;
  /** Called when a promise is rejected without a handler (`isHandled` false), and again when it gets one. */
  export function setRejectionTracker(
    tracker: (promise: object, reason: unknown, isHandled: boolean) => void,
  ): void;
  /** While on, SIGINT stops the running JavaScript with an uncatchable error. */
  export function setInterruptible(isOn: boolean): void;
  /** True once for a SIGINT that arrived while `setInterruptible` was on. */
  export function takeInterrupt(): boolean;
  /** JavaScript memory beyond this throws `InternalError: out of memory`. */
  export function setMemoryLimit(bytes: number): void;
  /** Lets a small reserve serve when no memory is left. Reporting an error needs some. */
  export function openReserve(): void;
}

interface ImportMeta {
  /** The module's name: relative in a program, absolute for a file. */
  url: string;
}
