/**
 * Writes gzip (RFC 1952) in parallel and yet always the same: the input is cut in blocks of a fixed
 * size, each is compressed with the 32 KiB before it as dictionary, and the pieces are joined (as pigz
 * does). How many blocks are under way at once changes the speed, never the bytes. They do depend on
 * the deflate implementation below, so digests are promised for what is inside.
 *
 * One member; no name, time or comment. Reading is the platform's affair (`Bulk.decompress`).
 */
import { struct, u8, u16be, u32 } from "../base/struct.ts";
import type { Bulk } from "../platform/platform.ts";

const GzipHeader = struct("gzip header", 10, {
  magic: u16be,
  method: u8,
  flags: u8,
  modified: u32, // seconds since 1970; 0: not known
  extraFlags: u8,
  system: u8,
});

const GzipTrailer = struct("gzip trailer", 8, {
  crc32: u32,
  sizeModulo: u32, // plain bytes, modulo 2^32
});

const MAGIC = 0x1f8b;
const METHOD_DEFLATE = 8;
const SLOWEST = 2; // extraFlags of level 9
const FASTEST = 4; // extraFlags of level 1
/** "Unknown": the bytes are the same whatever system writes them (3 would say Unix). */
const SYSTEM_UNKNOWN = 255;

/** Plain bytes a block: large enough that joins cost nothing to speak of, small enough to share out. */
const BLOCK_SIZE = 512 * 1024;
const DICTIONARY_SIZE = 32 * 1024; // deflate's window

export interface GzipOptions {
  /** 1 (fast) to 9 (small). */
  readonly level: number;
  /** Blocks compressed at the same time; no influence on the bytes. */
  readonly parallel: number;
}

/** Compresses what is written and hands it to a sink, in order. */
export class GzipWriter {
  readonly #bulk: Pick<Bulk, "crc32" | "deflateRaw">;
  readonly #sink: (chunk: Uint8Array) => void | Promise<void>;
  readonly #options: GzipOptions;
  #block = new Uint8Array(BLOCK_SIZE);
  #filled = 0;
  #dictionary: Uint8Array | undefined;
  #crc = 0;
  #size = 0;
  /** Compressed blocks that are under way, in the order of the input. */
  #pending: Promise<Uint8Array>[] = [];

  constructor(
    bulk: Pick<Bulk, "crc32" | "deflateRaw">,
    sink: (chunk: Uint8Array) => void | Promise<void>,
    options: GzipOptions,
  ) {
    this.#bulk = bulk;
    this.#sink = sink;
    this.#options = options;
    const extraFlags = options.level === 9 ? SLOWEST : options.level === 1 ? FASTEST : 0;
    const header = { magic: MAGIC, method: METHOD_DEFLATE, extraFlags, system: SYSTEM_UNKNOWN };
    this.#pending.push(Promise.resolve(GzipHeader.encode(header)));
  }

  /** Takes a copy of `bytes`; resolves when there is room for more. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + BLOCK_SIZE - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === BLOCK_SIZE) await this.#startBlock();
    }
  }

  /** Ends the stream (by an empty block where the input was whole blocks); resolves when the sink has taken it all. */
  async end(): Promise<void> {
    this.#compress(true);
    while (this.#pending.length > 0) await this.#handOn();
    await this.#sink(GzipTrailer.encode({ crc32: this.#crc, sizeModulo: this.#size % 2 ** 32 }));
  }

  async #startBlock(): Promise<void> {
    this.#compress(false);
    while (this.#pending.length > this.#options.parallel) await this.#handOn();
  }

  #compress(last: boolean): void {
    const block = this.#block.subarray(0, this.#filled);
    this.#crc = this.#bulk.crc32(block, this.#crc);
    this.#size += block.length;
    const { level } = this.#options;
    const compressed = this.#bulk.deflateRaw(block, { level, last, dictionary: this.#dictionary });
    compressed.catch(() => {}); // a failure is met when this block's turn comes
    this.#pending.push(compressed);
    this.#dictionary = block.subarray(Math.max(0, block.length - DICTIONARY_SIZE));
    this.#block = new Uint8Array(BLOCK_SIZE);
    this.#filled = 0;
  }

  async #handOn(): Promise<void> {
    const first = this.#pending.shift();
    if (first !== undefined) await this.#sink(await first);
  }
}
