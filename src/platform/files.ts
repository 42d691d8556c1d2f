/** Helpers on {@link Files} for any platform. */
import { errorCode } from "../base/error.ts";
import { dirname } from "../base/path.ts";
import { decodeUtf8, encodeUtf8 } from "../base/text.ts";
import {
  type FileLock,
  type FileStatus,
  type Files,
  type Platform,
  SystemError,
  type TreeFiles,
} from "./platform.ts";

const CHUNK = 1 << 20;
const FIRST_CHUNK = 1 << 16; // enough for most files: allocating memory costs more than reading

/** Makes the folder and its missing parents (`mkdir -p`); links to folders are accepted. */
export function makeFolders(files: TreeFiles, path: string, permissions = 0o777): void {
  const found = files.statusFollowed(path);
  if (found?.kind === "folder") return;
  if (found !== undefined) throw new SystemError("make folder", path, "EEXIST");
  if (dirname(path) !== path) makeFolders(files, dirname(path), permissions);
  try {
    files.makeFolder(path, permissions);
  } catch (error) {
    // Another process may have made it in the meantime.
    if (errorCode(error) !== "EEXIST" || files.statusFollowed(path)?.kind !== "folder") throw error;
  }
}

/**
 * Removes `path` and everything below it (`rm -rf`), if it exists. Links are removed, never followed. A
 * folder without permissions for its owner gets them first. Other processes may remove and add names
 * meanwhile.
 */
export function removeTree(files: TreeFiles, path: string): void {
  ignoring("ENOENT", () => {
    const status = files.status(path);
    if (status === undefined) return;
    if (status.kind === "folder") removeFolderTree(files, path, status);
    else files.removeFile(path);
  });
}

function removeFolderTree(files: TreeFiles, path: string, status: FileStatus): void {
  const ATTEMPTS = 3;
  for (let attempt = 1; ; attempt++) {
    emptyFolder(files, path, status);
    try {
      files.removeFolder(path);
      return;
    } catch (error) {
      // A process that is about to end may have added a file.
      if (errorCode(error) !== "ENOTEMPTY" || attempt === ATTEMPTS) throw error;
    }
  }
}

function emptyFolder(files: TreeFiles, path: string, status: FileStatus): void {
  const OWNER_ALL = 0o700;
  if ((status.mode & OWNER_ALL) !== OWNER_ALL) files.setMode(path, status.mode | OWNER_ALL);
  for (const name of files.list(path)) removeTree(files, `${path}/${name}`);
}

function ignoring(code: string, body: () => void): void {
  try {
    body();
  } catch (error) {
    if (errorCode(error) !== code) throw error;
  }
}

/**
 * Writes `content` to `path` atomically: readers see the old file or the new one, also after a crash. The
 * temporary file is `<path>.partial`, so two processes must not write the same path at once.
 */
export function writeFileAtomic(
  files: TreeFiles,
  path: string,
  content: Uint8Array | string,
  permissions = 0o666,
): void {
  const temporary = `${path}.partial`;
  const bytes = typeof content === "string" ? encodeUtf8(content) : content;
  removeTree(files, temporary); // left behind by an interrupted run
  try {
    const fd = files.open(temporary, "create", permissions);
    try {
      files.write(fd, bytes, null);
      files.fsync(fd);
    } finally {
      files.close(fd);
    }
    files.rename(temporary, path);
  } catch (error) {
    ignoring(errorCode(error) ?? "", () => removeTree(files, temporary));
    throw error;
  }
  syncFolder(files, dirname(path));
}

/** Makes new, renamed and removed names in `folder` survive a crash: fsync(2) on the folder. */
export function syncFolder(files: TreeFiles, folder: string): void {
  const fd = files.open(folder, "read");
  try {
    files.fsync(fd);
  } finally {
    files.close(fd);
  }
}

/** The whole file as text; bytes that are not UTF-8 become lone surrogates (`base/text.ts`). */
export function readText(files: Files, path: string): string {
  return decodeUtf8(files.readFile(path));
}

/** The rest of an open file or pipe, in pieces; each piece is valid until the next. */
export function* chunksOf(files: Pick<Files, "read">, fd: number): Generator<Uint8Array> {
  let buffer = new Uint8Array(FIRST_CHUNK);
  for (;;) {
    const length = files.read(fd, buffer, 0, buffer.length, null);
    if (length === 0) return;
    yield buffer.subarray(0, length);
    if (length === buffer.length && length < CHUNK) buffer = new Uint8Array(CHUNK);
  }
}

/** The sha256 of a file, in lower-case hexadecimal. */
export function sha256File(platform: Pick<Platform, "files" | "bulk">, path: string): string {
  const { files } = platform;
  const hasher = platform.bulk.sha256();
  const fd = files.open(path, "read");
  try {
    for (const chunk of chunksOf(files, fd)) hasher.update(chunk);
  } finally {
    files.close(fd);
  }
  return hasher.digest();
}

export interface Walked {
  /** Relative to the start, `/` between names. */
  readonly path: string;
  readonly status: FileStatus;
}

/**
 * Everything below `root`, without `root` itself: a folder before its contents, siblings in byte order, links
 * not followed. Of a folder that `enters` refuses, only the folder itself.
 */
export function* walk(
  files: Files,
  root: string,
  enters: (folder: FileStatus) => boolean = () => true,
  below = "",
): Generator<Walked> {
  for (const name of files.list(below === "" ? root : `${root}/${below}`)) {
    const path = below === "" ? name : `${below}/${name}`;
    const status = files.status(`${root}/${path}`);
    if (status === undefined) continue; // removed in the meantime
    yield { path, status };
    if (status.kind === "folder" && enters(status)) yield* walk(files, root, enters, path);
  }
}

const LOCK_POLL_SECONDS = 0.5;

/** Waits until nobody else holds the lock at `path`, and takes it. */
export async function takeLock({ files, clock }: Platform, path: string): Promise<FileLock> {
  for (;;) {
    const lock = files.tryLock(path);
    if (lock !== undefined) return lock;
    await clock.sleep(LOCK_POLL_SECONDS);
  }
}
