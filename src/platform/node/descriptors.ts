/** Operations on open files that only libc has: holes, copies within the kernel, locks. */
import { fstatSync, statSync } from "node:fs";
import { type LockCalls, lockBy } from "../file-lock.ts";
import { LOCK_EX, LOCK_NB, SEEK_CUR, SEEK_DATA, SEEK_HOLE, SEEK_SET } from "../linux-abi.ts";
import { type DataRange, type FileLock, type Files, SystemError } from "../platform.ts";
import { libc } from "./libc.ts";
import { toNative } from "./path.ts";

const COPY_CHUNK = 1 << 20;

/** The ranges of `fd` that contain data, up to `size`; the descriptor's position does not change. */
export function dataRangesOf(fd: number, size: number, path: string): DataRange[] {
  const { lseek, errno } = libc();
  const ranges: DataRange[] = [];
  const position = lseek(fd, 0, SEEK_CUR);
  for (let end = 0; end < size; ) {
    const offset = lseek(fd, end, SEEK_DATA);
    if (offset < 0) {
      const code = errno();
      if (code === "ENXIO") break; // the rest is a hole
      if (code === "EINVAL" && end === 0) return [{ offset: 0, length: size }]; // a file system without holes
      throw new SystemError("find the holes of", path, code);
    }
    if (offset >= size) break;
    end = Math.min(lseek(fd, offset, SEEK_HOLE), size);
    if (end <= offset) throw new SystemError("find the holes of", path, "EIO");
    ranges.push({ offset, length: end - offset });
  }
  lseek(fd, position, SEEK_SET);
  return ranges;
}

interface Copy {
  readonly fromFd: number;
  readonly fromOffset: number;
  readonly toFd: number;
  readonly toOffset: number;
  readonly length: number;
}

/** Failures by which copy_file_range(2) refuses these two files; then the bytes are copied through memory. */
const NOT_HERE = new Set(["EXDEV", "EINVAL", "ENOSYS", "EOPNOTSUPP", "EPERM"]);

export function copyWithinKernel(files: Files, copy: Copy, pathOf: (fd: number) => string): void {
  const from = BigInt64Array.of(BigInt(copy.fromOffset));
  const to = BigInt64Array.of(BigInt(copy.toOffset));
  let left = copy.length;
  while (left > 0) {
    const copied = libc().copyFileRange(copy.fromFd, from, copy.toFd, to, left, 0);
    if (copied < 0 && !NOT_HERE.has(libc().errno())) {
      throw new SystemError("copy to", pathOf(copy.toFd), libc().errno());
    }
    // Zero is the end of the file, or a file system that cannot copy: reading shows which.
    if (copied <= 0) break;
    left -= copied;
  }
  if (left > 0) copyThroughMemory(files, rest(copy, left), pathOf);
}

function rest(copy: Copy, left: number): Copy {
  const done = copy.length - left;
  return { ...copy, fromOffset: copy.fromOffset + done, toOffset: copy.toOffset + done, length: left };
}

function copyThroughMemory(files: Files, copy: Copy, pathOf: (fd: number) => string): void {
  const buffer = new Uint8Array(Math.min(copy.length, COPY_CHUNK));
  for (let done = 0; done < copy.length; ) {
    const wanted = Math.min(buffer.length, copy.length - done);
    const length = files.read(copy.fromFd, buffer, 0, wanted, copy.fromOffset + done);
    if (length === 0) throw new SystemError("read (it ended early)", pathOf(copy.fromFd), "EIO");
    files.write(copy.toFd, buffer.subarray(0, length), copy.toOffset + done);
    done += length;
  }
}

const LOCK_CALLS: LockCalls = {
  flock: (fd) => (libc().flock(fd, LOCK_EX | LOCK_NB) < 0 ? libc().errno() : undefined),
  hasName(fd, path) {
    const opened = fstatSync(fd, { bigint: true });
    const named = statSync(toNative(path), { bigint: true, throwIfNoEntry: false });
    return named !== undefined && named.dev === opened.dev && named.ino === opened.ino;
  },
};

export function lockFile(files: Files, path: string): FileLock | undefined {
  return lockBy(LOCK_CALLS, files, path);
}
