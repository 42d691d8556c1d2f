/**
 * {@link Sink}s over host files: buffered writes, and a view that starts elsewhere in another sink.
 *
 * Everything goes through memory, although Linux could copy file contents by itself: the bytes are wanted
 * for the image's digest too.
 */
import type { Sink } from "../formats/sink.ts";
import type { Content } from "../formats/tree.ts";
import type { Files } from "../platform/platform.ts";

/** The most that an observer sees at once. Digests depend on it. */
const PIECE_SIZE = 1024 * 1024;
const BUFFER_SIZE = 4 * PIECE_SIZE;
/** A gap shorter than a block of the disk is written as zeros: it saves a system call and takes no space. */
const BLOCK_SIZE = 4096;

/** Sees all bytes on their way to the file, in the order of writing, in pieces without gaps of up to 1 MiB. */
export type WriteObserver = (bytes: Uint8Array, offset: number) => void;

/**
 * Writes to an open file that is empty at first. Writes that follow each other, or almost so, are collected and go
 * out together; the caller ends with {@link flush}.
 */
export class FileSink implements Sink {
  readonly #files: Files;
  readonly #fd: number;
  readonly #observe: WriteObserver;
  readonly #buffer = new Uint8Array(BUFFER_SIZE);
  /** Where in the file the buffer belongs. */
  #bufferStart = 0;
  #buffered = 0;
  /** Where in the buffer the piece begins that the observer has not seen. */
  #pieceStart = 0;
  /** Nothing was ever written from this byte of the file on. */
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

  /** Puts into the file what is still in memory. */
  flush(): void {
    this.#endPiece();
    if (this.#buffered === 0) return;
    this.#files.write(this.#fd, this.#buffer.subarray(0, this.#buffered), this.#bufferStart);
    this.#bufferStart += this.#buffered;
    this.#buffered = 0;
    this.#pieceStart = 0;
  }

  /** Has `fill` put `length` bytes for `offset` into the buffer, in as many parts as it takes. */
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

  /** Makes the buffer go on at byte `at` of the file; gives what the piece there can take. */
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

/** A sink whose offset 0 is `start` in `sink`: a partition of a disk. */
export function sinkAt(sink: Sink, start: number): Sink {
  return {
    write: (bytes, offset) => sink.write(bytes, start + offset),
    copy: (content, from, length, offset) => sink.copy(content, from, length, start + offset),
  };
}
