/** Files that appear under their name only when they are whole: written beside it, flushed, renamed. */

import { Bq2Error } from "../base/error.ts";
import { dirname } from "../base/path.ts";
import { removeTree, syncFolder } from "../platform/files.ts";
import type { Files } from "../platform/platform.ts";

/**
 * Has `write` fill a new, empty file (open for reading and writing), then puts it at `path`. After a failure
 * nothing is left; after a kill `<path>.partial` is, which the next call takes over.
 *
 * Throws {@link Bq2Error} `output-busy` where another process is writing the same file.
 */
export async function writePartialFile<T>(
  files: Files,
  path: string,
  write: (fd: number, partial: string) => T | Promise<T>,
): Promise<T> {
  const partial = `${path}.partial`;
  return withLockedFile(files, partial, async (fd) => {
    try {
      const result = await write(fd, partial);
      files.fsync(fd);
      files.rename(partial, path);
      syncFolder(files, dirname(path));
      return result;
    } catch (error) {
      removeTree(files, partial);
      throw error;
    }
  });
}

/** Has `use` work with an empty file at `path`, which is gone afterwards. Throws as {@link writePartialFile}. */
export async function withScratchFile<T>(
  files: Files,
  path: string,
  use: (fd: number) => Promise<T>,
): Promise<T> {
  return withLockedFile(files, path, async (fd) => {
    try {
      return await use(fd);
    } finally {
      removeTree(files, path);
    }
  });
}

async function withLockedFile<T>(files: Files, path: string, use: (fd: number) => Promise<T>): Promise<T> {
  const lock = files.tryLock(path);
  if (lock === undefined) {
    throw new Bq2Error(`Cannot write ${path}: another process is writing it`, {
      code: "output-busy",
      hint: "wait until it is done, or choose another output",
    });
  }
  try {
    const fd = files.open(path, "update");
    try {
      files.truncate(fd, 0);
      return await use(fd);
    } finally {
      files.close(fd);
    }
  } finally {
    lock.release();
  }
}
