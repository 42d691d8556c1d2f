/**
 * Files for the user: each appears under its name only when it is complete. It is written under a temporary
 * name beside that, flushed and renamed, by one process at a time.
 */
import { Bq2Error } from "../base/error.ts";
import { dirname } from "../base/path.ts";
import { removeTree, syncFolder } from "../platform/files.ts";
import type { Files } from "../platform/platform.ts";

/** Fills a new, empty file: `fd` is open for writing, `path` is its temporary name. */
export type FillFile<T> = (fd: number, path: string) => T | Promise<T>;

/**
 * The right to write the file at {@link path}, and temporary files beside it. Only {@link withOutputFile}
 * grants it, until its callback has ended.
 */
export class OutputFile {
  /** Absolute path of the finished file. */
  readonly path: string;
  readonly #files: Files;

  constructor(files: Files, path: string) {
    this.#files = files;
    this.path = path;
  }

  /** Calls `fill` to fill a new file, which then replaces the one at {@link path}. */
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

  /**
   * Calls `use` with a new file beside the output, which is removed afterwards. `purpose`: a word for its
   * name.
   */
  withScratch<T>(purpose: string, use: FillFile<T>): Promise<T> {
    return this.#withNewFile(`${this.path}.${purpose}.partial`, use);
  }

  async #withNewFile<T>(path: string, use: FillFile<T>): Promise<T> {
    const files = this.#files;
    removeTree(files, path); // left behind by an interrupted run
    const fd = files.open(path, "create"); // refuses a link that appears meanwhile
    try {
      return await use(fd, path);
    } finally {
      files.close(fd);
      removeTree(files, path); // gone if it was renamed
    }
  }
}

/**
 * Calls `use` to write the file at `path`; meanwhile `<path>.lock` keeps other processes from writing it.
 * Only the finished file is left afterwards. A killed run leaves the lock file and `*.partial`, which the
 * next run takes over.
 *
 * Throws {@link Bq2Error}: `output-busy` if another process is writing the same file, `not-a-file` if
 * something other than a plain file has that name, such as a device, a link or a folder.
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
