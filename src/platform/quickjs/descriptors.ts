/** Open files: reading, writing, holes, copies within the kernel, locks. */
import { type LockCalls, lockBy } from "../file-lock.ts";
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  LOCK_EX,
  LOCK_NB,
  O_CLOEXEC,
  SEEK_CUR,
  SEEK_DATA,
  SEEK_HOLE,
  SEEK_SET,
  STATX_BASIC_STATS,
} from "../linux-abi.ts";
import { OPEN_FLAGS } from "../linux-files.ts";
import { type DataRange, type FileLock, type Files, type OpenMode, SystemError } from "../platform.ts";
import { STANDARD_STREAMS } from "../standard-streams.ts";
import { statusByStatx } from "../statx.ts";
import { call, errnoName, nameWord, pathCall, rawCall } from "./call.ts";

const COPY_CHUNK = 1 << 20;

/** The paths behind open descriptors, for messages. */
const openPaths = new Map<number, string>(STANDARD_STREAMS);

export function pathOf(fd: number): string {
  return openPaths.get(fd) ?? `descriptor ${fd}`;
}

export function remember(fd: number, path: string): void {
  openPaths.set(fd, path);
}

export function open(path: string, mode: OpenMode, permissions = 0o666): number {
  const fd = pathCall("open", path, "openat", (name) => [
    AT_FDCWD,
    name,
    OPEN_FLAGS[mode] | O_CLOEXEC,
    permissions,
  ]);
  remember(fd, path);
  return fd;
}

export function close(fd: number): void {
  const result = rawCall("close", fd);
  if (result < 0) throw new SystemError("close", pathOf(fd), errnoName(result));
  openPaths.delete(fd);
}

export function read(
  fd: number,
  buffer: Uint8Array,
  offset: number,
  length: number,
  position: number | null,
): number {
  const room = buffer.subarray(offset, offset + length);
  if (room.length < length) throw new RangeError(`read: ${length} bytes do not fit after ${offset}`);
  return position === null
    ? call("read", pathOf(fd), "read", fd, room, length)
    : call("read", pathOf(fd), "pread64", fd, room, length, position);
}

export function write(fd: number, bytes: Uint8Array, position: number | null): void {
  for (let done = 0; done < bytes.length; ) {
    const rest = bytes.subarray(done);
    done +=
      position === null
        ? call("write to", pathOf(fd), "write", fd, rest, rest.length)
        : call("write to", pathOf(fd), "pwrite64", fd, rest, rest.length, position + done);
  }
}

/** Everything from the current position on. Works for files whose size is unknown, as in /proc. */
export function readAll(fd: number, sizeHint: number): Uint8Array {
  let content = new Uint8Array(Math.max(sizeHint + 1, 4096)); // one more, to find the end in one call
  let length = 0;
  for (;;) {
    const found = read(fd, content, length, content.length - length, null);
    if (found === 0) return content.subarray(0, length);
    length += found;
    if (length < content.length) continue;
    const larger = new Uint8Array(content.length * 2);
    larger.set(content);
    content = larger;
  }
}

/** The ranges of `fd` that contain data, up to `size`; the descriptor's position does not change. */
export function dataRangesOf(fd: number, size: number): DataRange[] {
  const ranges: DataRange[] = [];
  const position = rawCall("lseek", fd, 0, SEEK_CUR);
  for (let end = 0; end < size; ) {
    const offset = rawCall("lseek", fd, end, SEEK_DATA);
    if (offset < 0) {
      const code = errnoName(offset);
      if (code === "ENXIO") break; // the rest is a hole
      if (code === "EINVAL" && end === 0) return [{ offset: 0, length: size }]; // a file system without holes
      throw new SystemError("find the holes of", pathOf(fd), code);
    }
    if (offset >= size) break;
    end = Math.min(call("find the holes of", pathOf(fd), "lseek", fd, offset, SEEK_HOLE), size);
    if (end <= offset) throw new SystemError("find the holes of", pathOf(fd), "EIO");
    ranges.push({ offset, length: end - offset });
  }
  rawCall("lseek", fd, position, SEEK_SET);
  return ranges;
}

/** Failures by which copy_file_range(2) refuses these two files; then the bytes are copied through memory. */
const NOT_HERE = new Set(["EXDEV", "EINVAL", "ENOSYS", "EOPNOTSUPP", "EPERM"]);

export function copyRange(
  fromFd: number,
  fromOffset: number,
  toFd: number,
  toOffset: number,
  length: number,
): void {
  const from = BigInt64Array.of(BigInt(fromOffset));
  const to = BigInt64Array.of(BigInt(toOffset));
  const words = [fromFd, bytesOf(from), toFd, bytesOf(to)] as const;
  let left = length;
  while (left > 0) {
    const copied = rawCall("copy_file_range", ...words, left, 0);
    if (copied < 0 && !NOT_HERE.has(errnoName(copied))) {
      throw new SystemError("copy to", pathOf(toFd), errnoName(copied));
    }
    // Zero is the end of the file, or a file system that cannot copy: reading shows which.
    if (copied <= 0) break;
    left -= copied;
  }
  const done = length - left;
  copyThroughMemory(fromFd, fromOffset + done, toFd, toOffset + done, left);
}

function bytesOf(words: BigInt64Array): Uint8Array {
  return new Uint8Array(words.buffer);
}

function copyThroughMemory(fromFd: number, from: number, toFd: number, to: number, length: number): void {
  if (length === 0) return;
  const buffer = new Uint8Array(Math.min(length, COPY_CHUNK));
  for (let done = 0; done < length; ) {
    const found = read(fromFd, buffer, 0, Math.min(buffer.length, length - done), from + done);
    if (found === 0) throw new SystemError("read (it ended early)", pathOf(fromFd), "EIO");
    write(toFd, buffer.subarray(0, found), to + done);
    done += found;
  }
}

const LOCK_CALLS: LockCalls = {
  flock(fd) {
    const result = rawCall("flock", fd, LOCK_EX | LOCK_NB);
    return result < 0 ? errnoName(result) : undefined;
  },
  hasName(fd, path) {
    const named = statusByStatx(path, (buffer) =>
      rawCall("statx", AT_FDCWD, nameWord("look at", path), 0, STATX_BASIC_STATS, buffer),
    );
    const opened = statusByStatx(path, (buffer) =>
      rawCall("statx", fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, buffer),
    );
    return named?.identity === opened?.identity;
  },
};

export function lockFile(files: Pick<Files, "open" | "close">, path: string): FileLock | undefined {
  return lockBy(LOCK_CALLS, files, path);
}
