/**
 * Host files that are read repeatedly, in pieces: a few descriptors stay open, and the least recently used
 * one is closed when another is needed.
 */
import type { Content } from "../formats/tree.ts";
import { type DataRange, type Files, SystemError } from "../platform/platform.ts";

const LIMIT = 32; // far below any process's limit; contents are mostly read one after another

export class OpenFiles {
  readonly #files: Files;
  /** In the order of last use: a Map keeps insertion order. */
  readonly #descriptors = new Map<string, number>();

  constructor(files: Files) {
    this.#files = files;
  }

  /** A descriptor for reading `path`; valid until the next call. */
  descriptor(path: string): number {
    const known = this.#descriptors.get(path);
    const fd = known ?? this.#openAnother(path);
    this.#descriptors.delete(path);
    this.#descriptors.set(path, fd);
    return fd;
  }

  closeAll(): void {
    for (const fd of this.#descriptors.values()) this.#files.close(fd);
    this.#descriptors.clear();
  }

  /**
   * The content of the file at `path`, `size` bytes long; reading throws if the file has become shorter.
   * Holes are looked for only if the file `mayHaveHoles`.
   */
  contentOf(path: string, size: number, mayHaveHoles = true): Content {
    return new FileContent(this.#files, this, path, size, mayHaveHoles);
  }

  #openAnother(path: string): number {
    if (this.#descriptors.size >= LIMIT) {
      const [oldest] = this.#descriptors;
      if (oldest !== undefined) {
        this.#descriptors.delete(oldest[0]);
        this.#files.close(oldest[1]);
      }
    }
    return this.#files.open(path, "read");
  }
}

/** A class, not an object of closures: a tree may have 100,000 files. */
class FileContent implements Content {
  readonly size: number;
  readonly #files: Files;
  readonly #sources: OpenFiles;
  readonly #path: string;
  readonly #mayHaveHoles: boolean;

  constructor(files: Files, sources: OpenFiles, path: string, size: number, mayHaveHoles: boolean) {
    this.#files = files;
    this.#sources = sources;
    this.#path = path;
    this.#mayHaveHoles = mayHaveHoles;
    this.size = size;
  }

  ranges(): readonly DataRange[] {
    if (this.size === 0) return [];
    if (!this.#mayHaveHoles) return [{ offset: 0, length: this.size }];
    return this.#files.dataRanges(this.#sources.descriptor(this.#path), this.size);
  }

  read(buffer: Uint8Array, start: number, length: number, offset: number): void {
    const fd = this.#sources.descriptor(this.#path);
    readWhole(this.#files, fd, this.#path, { buffer, start, length, offset });
  }
}

/** The content of the file open at `fd`, `size` bytes long; the caller keeps it open while it is read. */
export function openContent(files: Files, fd: number, path: string, size: number): Content {
  return {
    size,
    ranges: () => (size === 0 ? [] : files.dataRanges(fd, size)),
    read: (buffer, start, length, offset) => readWhole(files, fd, path, { buffer, start, length, offset }),
  };
}

interface Wanted {
  readonly buffer: Uint8Array;
  /** Offset in the buffer. */
  readonly start: number;
  readonly length: number;
  /** Offset in the file. */
  readonly offset: number;
}

function readWhole(files: Files, fd: number, path: string, wanted: Wanted): void {
  const { buffer, start, length, offset } = wanted;
  for (let done = 0; done < length; ) {
    const count = files.read(fd, buffer, start + done, length - done, offset + done);
    if (count === 0) throw new SystemError("read (it became shorter meanwhile)", path, "EIO");
    done += count;
  }
}
