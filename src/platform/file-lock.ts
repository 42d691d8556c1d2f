/** {@link FileLock} by flock(2), the same on every engine. */
import { type FileLock, type Files, SystemError } from "./platform.ts";

/** The calls that an engine supplies. */
export interface LockCalls {
  /** Takes an exclusive lock without waiting. Returns `undefined`, or the errno name of the failure. */
  flock(fd: number): string | undefined;
  /** Whether the open file is the one at `path`. */
  hasName(fd: number, path: string): boolean;
}

type LockFiles = Pick<Files, "open" | "close">;

/** `undefined` if another process holds the lock of the file at `path`, which is made if it is missing. */
export function lockBy(calls: LockCalls, files: LockFiles, path: string): FileLock | undefined {
  const fd = files.open(path, "update");
  const code = calls.flock(fd);
  if (code === undefined && calls.hasName(fd, path)) return heldLock(files, fd);
  files.close(fd);
  // The last holder removed the file before releasing the lock.
  if (code === undefined) return lockBy(calls, files, path);
  if (code === "EAGAIN") return undefined;
  throw new SystemError("lock", path, code);
}

function heldLock(files: LockFiles, fd: number): FileLock {
  let held = true;
  return {
    release() {
      if (held) files.close(fd);
      held = false;
    },
  };
}
