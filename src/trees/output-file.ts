/**
 * Files that are handed to the user: each appears under its name only when it is whole. It is written beside that
 * name, flushed and renamed, by one process at a time.
 */
import { Bq2Error } from "../base/error.ts";
import { dirname } from "../base/path.ts";
import { removeTree, syncFolder } from "../platform/files.ts";
import type { Files } from "../platform/platform.ts";

/** Has a new, empty file filled: `fd` is open for writing, `path` is its temporary name. */
export type FillFile<T> = (fd: number, path: string) => T | Promise<T>;

/**
 * The right to write the file at {@link path}, and temporary files beside it. Only {@link withOutputFile} gives it,
 * and takes it back when its caller's work has ended.
 */
export class OutputFile {
  /** Absolute path of what is written in the end. */
  readonly path: string;
  readonly #files: Files;

  constructor(files: Files, path: string) {
    this.#files = files;
    this.path = path;
  }

  /** Has `fill` fill a new file, which then takes the place of what was at {@link path}. */
  async replace<T>(fill: FillFile<T>): Promise<T> {
    const files = this.#files;
    return this.#withNewFile(`${this.path}.partial`, async (fd, partial) => {
      const result = await fill(fd, partial);
      files.fsync(fd);
      files.rename(partial, this.path);
      syncFolder(files, dirname(this.path));
      return result;
    });
  }

  /** Has `use` work with a new file beside the output, which is gone afterwards. `purpose`: a word for its name. */
  withScratch<T>(purpose: string, use: FillFile<T>): Promise<T> {
    return this.#withNewFile(`${this.path}.${purpose}.partial`, use);
  }

  async #withNewFile<T>(path: string, use: FillFile<T>): Promise<T> {
    const files = this.#files;
    removeTree(files, path); // left behind by a run that was cut off
    const fd = files.open(path, "create"); // a link that somebody puts there in between is refused, not followed
    try {
      return await use(fd, path);
    } finally {
      files.close(fd);
      removeTree(files, path); // no longer there where it was renamed
    }
  }
}

/**
 * Has `use` write the file at `path`. Until it ends, `<path>.lock` keeps other processes from doing the same. Nothing
 * but the finished file is left afterwards; after a kill, the lock's file and `*.partial` are, which the next run
 * takes over.
 *
 * Throws {@link Bq2Error} `output-busy` where another process is writing the same file, and `not-a-file` where
 * something else than a plain file has that name: a device, a link, a folder.
 */
export async function withOutputFile<T>(
  files: Files,
  path: string,
  use: (output: OutputFile) => Promise<T>,
): Promise<T> {
  requirePlainFile(files, path);
  const lockPath = `${path}.lock`;
  requirePlainFile(files, lockPath);
  const lock = files.tryLock(lockPath);
  if (lock === undefined) {
    throw new Bq2Error(`Cannot write ${path}: another process is writing it`, {
      code: "output-busy",
      hint: "wait until it is done, or choose another output",
    });
  }
  try {
    return await use(new OutputFile(files, path));
  } finally {
    removeTree(files, lockPath);
    lock.release();
  }
}

function requirePlainFile(files: Files, path: string): void {
  const found = files.status(path)?.kind ?? "file";
  if (found === "file") return;
  throw new Bq2Error(`Cannot write ${path}: a plain file is wanted there, found a ${KIND_WORDS[found]}`, {
    code: "not-a-file",
    hint: "choose another output; dd or qemu-img convert copies a finished image to a device",
  });
}

const KIND_WORDS = {
  folder: "folder",
  symlink: "symbolic link",
  char: "device",
  block: "device",
  fifo: "named pipe",
  socket: "socket",
} as const;
