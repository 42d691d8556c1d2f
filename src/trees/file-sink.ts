/**
 * {@link Sink}s over host files: buffered writes, and a sink for a part of another sink.
 *
 * Everything goes through memory, although Linux can copy between files: the image's digest needs the bytes
 * too.
 */
import type { Sink } from "../formats/sink.ts";
import type { Content } from "../formats/tree.ts";
import type { Files } from "../platform/platform.ts";

/** The most that an observer sees at once. Digests depend on it. */
const PIECE_SIZE = 1024 * 1024;
const BUFFER_SIZE = 4 * PIECE_SIZE;
/** A shorter gap is written as zeros, which saves a system call and takes no more blocks of the disk. */
const BLOCK_SIZE = 4096;

/** Receives all bytes in the order of writing, in pieces of up to 1 MiB without gaps. */
export type WriteObserver = (bytes: Uint8Array, offset: number) => void;

/**
 * Writes to an open file that is empty at first. Adjacent writes, or almost adjacent ones, are collected and
 * written together; the caller must call {@link flush} at the end.
 */
export class FileSink implements Sink {
  readonly #files: Files;
  readonly #fd: number;
  readonly #observe: WriteObserver;
  readonly #buffer = new Uint8Array(BUFFER_SIZE);
  /** The buffer's offset in the file. */
  #bufferStart = 0;
  #buffered = 0;
  /** Start, in the buffer, of the piece that the observer has not received. */
  #pieceStart = 0;
  /** Nothing has been written at or after this byte of the file. */
  #untouched = 0;

  constructor(files: Files, fd: number, observe: WriteObserver = () => {}) {
    this.#files = files;
    this.#fd = fd;
    this.#observe = observe;
  }

  write(bytes: Uint8Array, offset: number): void {
    this.#collect(bytes.length, offset, (start, length, done) =>
      this.#buffer.set(length === bytes.length ? bytes : bytes.subarray(done, done + length), start),
    );
  }

  copy(content: Content, from: number, length: number, offset: number): void {
    this.#collect(length, offset, (start, part, done) =>
      content.read(this.#buffer, start, part, from + done),
    );
  }

  /** Writes what is still in memory. */
  flush(): void {
    this.#endPiece();
    if (this.#buffered === 0) return;
    this.#files.write(this.#fd, this.#buffer.subarray(0, this.#buffered), this.#bufferStart);
    this.#bufferStart += this.#buffered;
    this.#buffered = 0;
    this.#pieceStart = 0;
  }

  /** Calls `fill` to put `length` bytes for `offset` into the buffer, in as many parts as needed. */
  #collect(
    length: number,
    offset: number,
    fill: (start: number, length: number, done: number) => void,
  ): void {
    for (let done = 0; done < length; ) {
      const room = this.#roomAt(offset + done);
      const part = Math.min(length - done, room);
      fill(this.#buffered, part, done);
      this.#buffered += part;
      done += part;
      this.#untouched = Math.max(this.#untouched, this.#bufferStart + this.#buffered);
    }
  }

  /** Continues the buffer at byte `at` of the file; returns how much the piece there can take. */
  #roomAt(at: number): number {
    const end = this.#bufferStart + this.#buffered;
    const pieceLength = this.#buffered - this.#pieceStart;
    if (at === end && pieceLength > 0 && pieceLength < PIECE_SIZE) return PIECE_SIZE - pieceLength;
    this.#endPiece();
    const gap = at - end;
    const isShort = gap === 0 || (gap > 0 && gap < BLOCK_SIZE && end === this.#untouched);
    if (isShort && this.#buffered + gap + PIECE_SIZE <= BUFFER_SIZE) {
      this.#buffer.fill(0, this.#buffered, this.#buffered + gap);
      this.#buffered += gap;
    } else {
      this.flush();
      this.#bufferStart = at;
    }
    this.#pieceStart = this.#buffered;
    return PIECE_SIZE;
  }

  #endPiece(): void {
    if (this.#pieceStart === this.#buffered) return;
    const offset = this.#bufferStart + this.#pieceStart;
    this.#observe(this.#buffer.subarray(this.#pieceStart, this.#buffered), offset);
    this.#pieceStart = this.#buffered;
  }
}

/** A sink whose offset 0 is `start` in `sink`, for a partition of a disk. */
export function sinkAt(sink: Sink, start: number): Sink {
  return {
    write: (bytes, offset) => sink.write(bytes, start + offset),
    copy: (content, from, length, offset) => sink.copy(content, from, length, start + offset),
  };
}
