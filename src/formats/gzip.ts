/**
 * Writes gzip (RFC 1952) in parallel, with the same bytes every time: the input is cut into blocks of a fixed
 * size, each is compressed with the 32 KiB before it as its dictionary, and the results are joined (as pigz
 * does). The number of blocks compressed at once affects the speed, never the bytes. The bytes do depend on
 * the deflate implementation, so digests are promised only for the uncompressed content.
 *
 * One member; no name, time or comment. The platform reads gzip (`Bulk.decompress`).
 */
import { struct, u8, u16be, u32 } from "../base/struct.ts";
import type { Bulk } from "../platform/platform.ts";

const GzipHeader = struct("gzip header", 10, {
  magic: u16be,
  method: u8,
  flags: u8,
  modified: u32, // seconds since 1970; 0: unknown
  extraFlags: u8,
  system: u8,
});

const GzipTrailer = struct("gzip trailer", 8, {
  crc32: u32,
  sizeModulo: u32, // uncompressed bytes, modulo 2^32
});

const MAGIC = 0x1f8b;
const METHOD_DEFLATE = 8;
const SLOWEST = 2; // extraFlags of level 9
const FASTEST = 4; // extraFlags of level 1
/** "Unknown": the bytes are the same whatever system writes them (3 would mean Unix). */
const SYSTEM_UNKNOWN = 255;

/** Uncompressed bytes per block: large enough to make joining cheap, small enough to spread over cores. */
const BLOCK_SIZE = 512 * 1024;
const DICTIONARY_SIZE = 32 * 1024; // deflate's window

export interface GzipOptions {
  /** 1 (fast) to 9 (small). */
  readonly level: number;
  /** Number of blocks compressed at once; does not affect the bytes. */
  readonly parallel: number;
}

/** Compresses what is written and passes it to a sink, in order. */
export class GzipWriter {
  readonly #bulk: Pick<Bulk, "crc32" | "deflateRaw">;
  readonly #sink: (chunk: Uint8Array) => void | Promise<void>;
  readonly #options: GzipOptions;
  #block = new Uint8Array(BLOCK_SIZE);
  #filled = 0;
  #dictionary: Uint8Array | undefined;
  #crc = 0;
  #size = 0;
  /** Blocks being compressed, in input order. */
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

  /** Copies `bytes`; resolves when there is room for more. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + BLOCK_SIZE - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === BLOCK_SIZE) await this.#startBlock();
    }
  }

  /** Ends the stream, with an empty block after whole ones. Resolves when the sink has taken everything. */
  async end(): Promise<void> {
    this.#compress(true);
    while (this.#pending.length > 0) await this.#passOn();
    await this.#sink(GzipTrailer.encode({ crc32: this.#crc, sizeModulo: this.#size % 2 ** 32 }));
  }

  async #startBlock(): Promise<void> {
    this.#compress(false);
    while (this.#pending.length > this.#options.parallel) await this.#passOn();
  }

  #compress(last: boolean): void {
    const block = this.#block.subarray(0, this.#filled);
    this.#crc = this.#bulk.crc32(block, this.#crc);
    this.#size += block.length;
    const { level } = this.#options;
    const compressed = this.#bulk.deflateRaw(block, { level, last, dictionary: this.#dictionary });
    compressed.catch(() => {}); // an error surfaces when this block's turn comes
    this.#pending.push(compressed);
    this.#dictionary = block.subarray(Math.max(0, block.length - DICTIONARY_SIZE));
    this.#block = new Uint8Array(BLOCK_SIZE);
    this.#filled = 0;
  }

  async #passOn(): Promise<void> {
    const first = this.#pending.shift();
    if (first !== undefined) await this.#sink(await first);
  }
}
