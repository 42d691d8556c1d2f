/**
 * How Linux encodes facts about files, the same on every engine: open flags, kinds, times, folder entries.
 */
import { bytesToName, compareNames } from "../base/text.ts";
import {
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
} from "./linux-abi.ts";
import type { FileKind, OpenMode } from "./platform.ts";

/** The flags of open(2). */
export const OPEN_FLAGS: { readonly [M in OpenMode]: number } = {
  read: O_RDONLY,
  write: O_WRONLY | O_CREAT | O_TRUNC,
  create: O_RDWR | O_CREAT | O_EXCL,
  update: O_RDWR | O_CREAT,
};

/** The type bits of a mode: inode(7). */
const KINDS: ReadonlyMap<number, FileKind> = new Map([
  [S_IFREG, "file"],
  [S_IFDIR, "folder"],
  [S_IFLNK, "symlink"],
  [S_IFCHR, "char"],
  [S_IFBLK, "block"],
  [S_IFIFO, "fifo"],
  [S_IFSOCK, "socket"],
]);

/** `undefined` if Linux defines no such type bits. */
export function kindOfMode(mode: number): FileKind | undefined {
  return KINDS.get(mode & S_IFMT);
}

/** For utimensat(2): access and modification time, both `seconds`, to the nearest nanosecond. */
export function bothTimes(seconds: number): BigInt64Array {
  const { whole, nanoseconds } = partsOf(seconds);
  const timespec = [BigInt(whole), BigInt(nanoseconds)] as const;
  return BigInt64Array.from([...timespec, ...timespec]);
}

/**
 * A time of the kernel's as a double. Calculated through milliseconds as in Node (src/node_file-inl.h,
 * FillStatsArray), so that setting a time that was read changes nothing.
 */
export function secondsOf(whole: number, nanoseconds: number): number {
  return (whole * 1000 + nanoseconds / 1e6) / 1000;
}

/** `seconds` as a file system returns them. */
export function asKept(seconds: number): number {
  const { whole, nanoseconds } = partsOf(seconds);
  return secondsOf(whole, nanoseconds);
}

function partsOf(seconds: number): { readonly whole: number; readonly nanoseconds: number } {
  const whole = Math.floor(seconds);
  const nanoseconds = Math.round((seconds - whole) * 1e9);
  return nanoseconds < 1e9 ? { whole, nanoseconds } : { whole: whole + 1, nanoseconds: 0 };
}

/** include/linux/dirent.h: struct linux_dirent64, before the name. */
const DIRENT_LENGTH_AT = 16;
const DIRENT_NAME_AT = 19;
const DIRENT_BUFFER = 32768; // as in the C libraries

/**
 * The names in an open folder, in byte order, without `.` and `..`. `read` is getdents64(2): it fills the
 * buffer once and returns the bytes used, 0 at the end.
 */
export function namesInFolder(read: (buffer: Uint8Array) => number): string[] {
  const buffer = new Uint8Array(DIRENT_BUFFER);
  const view = new DataView(buffer.buffer);
  const names: string[] = [];
  for (;;) {
    const length = read(buffer);
    if (length === 0) return names.sort(compareNames);
    for (let at = 0; at < length; at += view.getUint16(at + DIRENT_LENGTH_AT, true)) {
      const start = at + DIRENT_NAME_AT;
      const name = bytesToName(buffer.subarray(start, buffer.indexOf(0, start)));
      if (name !== "." && name !== "..") names.push(name);
    }
  }
}
