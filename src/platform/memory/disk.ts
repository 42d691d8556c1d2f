/** A disk of limited size in memory, and the bytes of files on it: pages, so that holes take no room. */
import { type DataRange, SystemError } from "../platform.ts";

const PAGE = 4096;

export class MemoryDisk {
  /** Bytes that the disk can hold; may change at any time. */
  capacity: number;
  used = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Throws ENOSPC if the disk is full. */
  takePage(): void {
    if (this.used + PAGE > this.capacity) throw new SystemError("write to", "the disk in memory", "ENOSPC");
    this.used += PAGE;
  }

  returnPage(): void {
    this.used -= PAGE;
  }
}

export class FileContent {
  size = 0;
  readonly #pages = new Map<number, Uint8Array>();
  readonly #disk: MemoryDisk;

  constructor(disk: MemoryDisk) {
    this.#disk = disk;
  }

  get allocated(): number {
    return this.#pages.size * PAGE;
  }

  /** Returns the number of bytes read: fewer than `length` at the end of the file. */
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
      this.#disk.returnPage();
    }
    this.#pages.get(Math.floor(size / PAGE))?.fill(0, size % PAGE); // reads as zeros if the file grows again
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
    this.#disk.takePage();
    const page = new Uint8Array(PAGE);
    this.#pages.set(index, page);
    return page;
  }
}
