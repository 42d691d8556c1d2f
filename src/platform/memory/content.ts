/** The bytes of a file in memory, in pages, so that holes take no room and 8 GB images can be tested. */
import type { DataRange } from "../platform.ts";

const PAGE = 4096;

/** Takes pages from the disk; throws where none is left. */
export type TakePages = (count: number) => void;

export class MemoryContent {
  size = 0;
  readonly #pages = new Map<number, Uint8Array>();
  readonly #take: TakePages;

  /** `take` is told of each page that is used, and with a negative count of each that is given back. */
  constructor(take: TakePages) {
    this.#take = take;
  }

  get allocated(): number {
    return this.#pages.size * PAGE;
  }

  /** The number of bytes read: fewer than `length` at the end of the file. */
  read(buffer: Uint8Array, start: number, length: number, offset: number): number {
    const end = Math.min(offset + length, this.size);
    for (let at = offset; at < end; ) {
      const part = Math.min(PAGE - (at % PAGE), end - at);
      const page = this.#pages.get(Math.floor(at / PAGE));
      const target = buffer.subarray(start + at - offset, start + at - offset + part);
      if (page === undefined) target.fill(0);
      else target.set(page.subarray(at % PAGE, (at % PAGE) + part));
      at += part;
    }
    return Math.max(0, end - offset);
  }

  write(bytes: Uint8Array, offset: number): void {
    for (let done = 0; done < bytes.length; ) {
      const at = offset + done;
      const part = Math.min(PAGE - (at % PAGE), bytes.length - done);
      this.#pageAt(Math.floor(at / PAGE)).set(bytes.subarray(done, done + part), at % PAGE);
      done += part;
      this.size = Math.max(this.size, at + part);
    }
  }

  resize(size: number): void {
    for (const index of [...this.#pages.keys()]) {
      if (index * PAGE < size) continue;
      this.#pages.delete(index);
      this.#take(-1);
    }
    this.#pages.get(Math.floor(size / PAGE))?.fill(0, size % PAGE); // what grows again later reads as zeros
    this.size = size;
  }

  dataRanges(size: number): DataRange[] {
    const ranges: { offset: number; length: number }[] = [];
    for (const index of [...this.#pages.keys()].sort((a, b) => a - b)) {
      const offset = index * PAGE;
      const length = Math.min(PAGE, size - offset);
      const last = ranges.at(-1);
      if (length <= 0) continue;
      if (last !== undefined && last.offset + last.length === offset) last.length += length;
      else ranges.push({ offset, length });
    }
    return ranges;
  }

  #pageAt(index: number): Uint8Array {
    const found = this.#pages.get(index);
    if (found !== undefined) return found;
    this.#take(1);
    const page = new Uint8Array(PAGE);
    this.#pages.set(index, page);
    return page;
  }
}

export const MEMORY_PAGE_BYTES = PAGE;
