/** {@link Files} on Node: by `node:fs`, and by libc what Node does not have (attributes, holes, locks). */
import * as fs from "node:fs";
import { errorCode } from "../../base/error.ts";
import { compareNames } from "../../base/text.ts";
import { filesBeneath } from "../beneath.ts";
import { AT_FDCWD, AT_SYMLINK_NOFOLLOW, SYSCALLS } from "../linux-abi.ts";
import { bothTimes, kindOfMode, OPEN_FLAGS } from "../linux-files.ts";
import { type FileStatus, type Files, SystemError } from "../platform.ts";
import { STANDARD_STREAMS } from "../standard-streams.ts";
import { attributesOf, removeAttributeOf, setAttributeOf } from "./attributes.ts";
import { copyWithinKernel, dataRangesOf, lockFile } from "./descriptors.ts";
import { nodeArch } from "./host.ts";
import { libc, nodeKernel } from "./libc.ts";
import { attempt, fromNative, toCString, toNative } from "./path.ts";

const DISK_SECTOR = 512; // the unit of st_blocks, stat(2)

/** The paths behind open descriptors, for messages. */
const openPaths = new Map<number, string>(STANDARD_STREAMS);

function pathOf(fd: number): string {
  return openPaths.get(fd) ?? `descriptor ${fd}`;
}

export const nodeFiles: Files = {
  open(path, mode, permissions = 0o666) {
    const fd = attempt("open", path, () => fs.openSync(toNative(path), OPEN_FLAGS[mode], permissions));
    openPaths.set(fd, path);
    return fd;
  },
  read: (fd, buffer, offset, length, position) =>
    attempt("read", pathOf(fd), () => fs.readSync(fd, buffer, offset, length, position)),
  write(fd, bytes, position) {
    attempt("write to", pathOf(fd), () => {
      let done = 0;
      while (done < bytes.length) {
        const at = position === null ? null : position + done;
        done += fs.writeSync(fd, bytes, done, bytes.length - done, at);
      }
    });
  },
  truncate: (fd, size) => attempt("resize", pathOf(fd), () => fs.ftruncateSync(fd, size)),
  setModeOf: (fd, mode) => attempt("set the mode of", pathOf(fd), () => fs.fchmodSync(fd, mode)),
  setTimeOf(fd, seconds) {
    const path = pathOf(fd);
    if (isExactOnly(seconds)) requireSet(path, libc().futimens(fd, bothTimes(seconds)));
    else attempt("set the time of", path, () => fs.futimesSync(fd, seconds, seconds));
  },
  fsync: (fd) => attempt("flush", pathOf(fd), () => fs.fsyncSync(fd)),
  close(fd) {
    attempt("close", pathOf(fd), () => fs.closeSync(fd));
    openPaths.delete(fd);
  },

  status: (path) => attempt("look at", path, () => statusOf(path, fs.lstatSync)),
  statusFollowed: (path) => attempt("look at", path, () => statusOf(path, fs.statSync)),
  list: (folder) => attempt("list", folder, () => namesIn(toNative(folder)).sort(compareNames)),
  readFile: (path) => attempt("read", path, () => fs.readFileSync(toNative(path))),
  writeFile(path, content, permissions = 0o666) {
    const fd = nodeFiles.open(path, "write", permissions);
    try {
      nodeFiles.write(fd, content, null);
    } finally {
      nodeFiles.close(fd);
    }
  },
  makeFolder: (path, permissions = 0o777) =>
    attempt("make folder", path, () => fs.mkdirSync(toNative(path), permissions)),
  removeFolder: (path) => attempt("remove folder", path, () => fs.rmdirSync(toNative(path))),
  removeFile: (path) => attempt("remove", path, () => fs.unlinkSync(toNative(path))),
  rename: (from, to) =>
    attempt("rename", `${from} to ${to}`, () => fs.renameSync(toNative(from), toNative(to))),
  symlink: (target, path) =>
    attempt("make link", path, () => fs.symlinkSync(toNative(target), toNative(path))),
  readLink: (path) =>
    attempt("read link", path, () => fromNative(fs.readlinkSync(toNative(path), { encoding: "buffer" }))),
  link: (existing, path) =>
    attempt("make hard link", path, () => fs.linkSync(toNative(existing), toNative(path))),
  setMode: (path, mode) => attempt("set the mode of", path, () => fs.chmodSync(toNative(path), mode)),
  setTime(path, seconds) {
    if (!isExactOnly(seconds))
      attempt("set the time of", path, () => fs.lutimesSync(toNative(path), seconds, seconds));
    else
      requireSet(path, libc().utimensat(AT_FDCWD, toCString(path), bothTimes(seconds), AT_SYMLINK_NOFOLLOW));
  },
  setOwner: (path, uid, gid) =>
    attempt("set the owner of", path, () => fs.lchownSync(toNative(path), uid, gid)),
  realPath: (path) =>
    attempt("find", path, () => fromNative(fs.realpathSync.native(toNative(path), { encoding: "buffer" }))),

  attributes: attributesOf,
  setAttribute: setAttributeOf,
  removeAttribute: removeAttributeOf,
  dataRanges: (fd, size) => dataRangesOf(fd, size, pathOf(fd)),
  copyRange: (fromFd, fromOffset, toFd, toOffset, length) =>
    copyWithinKernel(nodeFiles, { fromFd, fromOffset, toFd, toOffset, length }, pathOf),
  tryLock: (path) => lockFile(nodeFiles, path),
  freeSpace: (path) =>
    attempt("measure the disk of", path, () => {
      const disk = fs.statfsSync(toNative(path));
      return disk.bavail * disk.bsize;
    }),
  beneath: (folder) =>
    filesBeneath(
      {
        call: (name, ...words) => nodeKernel.syscall(SYSCALLS[name][nodeArch()], ...words),
        nameWord: (_, name) => name, // nodeKernel converts it with toCString, which checks for NULs
        descriptors: nodeFiles,
        remember: (fd, path) => void openPaths.set(fd, path),
      },
      folder,
    ),
};

function statusOf(path: string, stat: typeof fs.lstatSync | typeof fs.statSync): FileStatus | undefined {
  const native = toNative(path);
  let found: fs.Stats | undefined;
  try {
    found = stat(native, { throwIfNoEntry: false });
  } catch (error) {
    if (errorCode(error) !== "ENOTDIR") throw error; // a parent is not a folder: the name does not exist
  }
  if (found === undefined) return undefined;
  const kind = kindOfMode(found.mode);
  if (kind === undefined) throw new SystemError("look at", path, "EINVAL");
  // overlayfs puts the layer in the top bits of the inode number; a double would round the low bits.
  const inode = Number.isSafeInteger(found.ino) ? found.ino : stat(native, { bigint: true }).ino;
  return {
    kind,
    mode: found.mode & 0o7777,
    uid: found.uid,
    gid: found.gid,
    size: found.size,
    mtime: found.mtimeMs / 1000,
    ctime: found.ctimeMs / 1000,
    linkCount: found.nlink,
    identity: `${found.dev}:${inode}`,
    allocated: found.blocks * DISK_SECTOR,
    device: deviceNumbers(found.rdev),
  };
}

/** glibc's gnu_dev_major and gnu_dev_minor (bits/sysmacros.h) for the 32 bits that Linux uses. */
function deviceNumbers(device: number): { readonly major: number; readonly minor: number } {
  return { major: (device >>> 8) & 0xfff, minor: (device & 0xff) | ((device >>> 12) & 0xfff00) };
}

/** Reads names as text, which is fast, and again as bytes only if one is not UTF-8. */
function namesIn(folder: string | Buffer): string[] {
  const names = fs.readdirSync(folder);
  if (!names.some((name) => name.includes("\ufffd"))) return names;
  return fs.readdirSync(folder, { encoding: "buffer" }).map(fromNative);
}

/**
 * Whether Node cannot set this time exactly: a negative time means "now" (lib/internal/fs/utils.js,
 * toUnixTimestamp), and libuv truncates to microseconds.
 */
function isExactOnly(seconds: number): boolean {
  return seconds < 0 || !Number.isInteger(seconds);
}

function requireSet(path: string, result: number): void {
  if (result < 0) throw new SystemError("set the time of", path, libc().errno());
}
