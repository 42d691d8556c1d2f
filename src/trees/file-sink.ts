/**
 * {@link Sink}s over host files: buffered writes, and a view that starts elsewhere in another sink.
 *
 * Everything goes through memory, although Linux could copy file contents by itself: the bytes are wanted
 * for the image's digest too, and most files are smaller than the calls for such a copy are worth.
 */
import type { Sink } from "../formats/sink.ts";
import type { Content } from "../formats/tree.ts";
import type { Files } from "../platform/platform.ts";

const BUFFER_SIZE = 1024 * 1024;

/** Sees all bytes on their way to the file, in the order of writing, in pieces of up to 1 MiB. */
export type WriteObserver = (bytes: Uint8Array, offset: number) => void;

/**
 * Writes to an open file. Writes that follow each other are collected and go out together; the caller ends
 * with {@link flush}.
 */
export class FileSink implements Sink {
  readonly #files: Files;
  readonly #fd: number;
  readonly #observe: WriteObserver;
  readonly #buffer = new Uint8Array(BUFFER_SIZE);
  #bufferStart = 0;
  #buffered = 0;

  constructor(files: Files, fd: number, observe: WriteObserver = () => {}) {
    this.#files = files;
    this.#fd = fd;
    this.#observe = observe;
  }

  write(bytes: Uint8Array, offset: number): void {
    this.#collect(bytes.length, offset, (start, length, done) =>
      this.#buffer.set(bytes.subarray(done, done + length), start),
    );
  }

  copy(content: Content, from: number, length: number, offset: number): void {
    this.#collect(length, offset, (start, part, done) =>
      content.read(this.#buffer, start, part, from + done),
    );
  }

  /** Puts into the file what is still in memory. */
  flush(): void {
    if (this.#buffered === 0) return;
    const bytes = this.#buffer.subarray(0, this.#buffered);
    this.#observe(bytes, this.#bufferStart);
    this.#files.write(this.#fd, bytes, this.#bufferStart);
    this.#buffered = 0;
  }

  /** Has `fill` put `length` bytes for `offset` into the buffer, in as many parts as it takes. */
  #collect(
    length: number,
    offset: number,
    fill: (start: number, length: number, done: number) => void,
  ): void {
    for (let done = 0; done < length; ) {
      const follows = this.#bufferStart + this.#buffered === offset + done;
      if (!follows || this.#buffered === BUFFER_SIZE) this.flush();
      if (this.#buffered === 0) this.#bufferStart = offset + done;
      const part = Math.min(length - done, BUFFER_SIZE - this.#buffered);
      fill(this.#buffered, part, done);
      this.#buffered += part;
      done += part;
    }
  }
}

/** A sink whose offset 0 is `start` in `sink`: a partition of a disk. */
export function sinkAt(sink: Sink, start: number): Sink {
  return {
    write: (bytes, offset) => sink.write(bytes, start + offset),
    copy: (content, from, length, offset) => sink.copy(content, from, length, start + offset),
  };
}
