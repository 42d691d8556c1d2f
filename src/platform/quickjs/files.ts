/** {@link Files} on QuickJS: one system call each if the kernel has one for it. */
import { resolvePath } from "../../base/path.ts";
import { reserved, struct, u64 } from "../../base/struct.ts";
import { bytesToName } from "../../base/text.ts";
import { filesBeneath } from "../beneath.ts";
import {
  AT_FDCWD,
  AT_REMOVEDIR,
  AT_SYMLINK_NOFOLLOW,
  MAXSYMLINKS,
  PATH_MAX,
  STATX_BASIC_STATS,
} from "../linux-abi.ts";
import { bothTimes, namesInFolder } from "../linux-files.ts";
import { type FileStatus, type Files, SystemError } from "../platform.ts";
import { statusByStatx } from "../statx.ts";
import { attributesOf, removeAttributeOf, setAttributeOf } from "./attributes.ts";
import { call, nameWord, pathCall, rawCall } from "./call.ts";
import {
  close,
  copyRange,
  dataRangesOf,
  lockFile,
  open,
  pathOf,
  read,
  readAll,
  remember,
  write,
} from "./descriptors.ts";

/** include/uapi/asm-generic/statfs.h: struct statfs, 64 bits. */
const Statfs = struct("statfs", 120, {
  type: u64,
  blockSize: u64,
  blocks: u64,
  blocksFree: u64,
  blocksAvailable: u64,
  rest: reserved(80),
});

export const quickjsFiles: Files = {
  open,
  read,
  write,
  truncate: (fd, size) => void call("resize", pathOf(fd), "ftruncate", fd, size),
  setModeOf: (fd, mode) => void call("set the mode of", pathOf(fd), "fchmod", fd, mode),
  setTimeOf(fd, seconds) {
    const times = new Uint8Array(bothTimes(seconds).buffer);
    call("set the time of", pathOf(fd), "utimensat", fd, null, times, 0);
  },
  fsync: (fd) => void call("flush", pathOf(fd), "fsync", fd),
  close,

  status: (path) => statusOf(path, false),
  statusFollowed: (path) => statusOf(path, true),
  list: listFolder,
  readFile(path) {
    const fd = open(path, "read");
    try {
      return readAll(fd, statusOf(path, true)?.size ?? 0);
    } finally {
      close(fd);
    }
  },
  writeFile(path, content, permissions = 0o666) {
    const fd = open(path, "write", permissions);
    try {
      write(fd, content, null);
    } finally {
      close(fd);
    }
  },
  makeFolder: (path, permissions = 0o777) =>
    void pathCall("make folder", path, "mkdirat", (name) => [AT_FDCWD, name, permissions]),
  removeFolder: (path) =>
    void pathCall("remove folder", path, "unlinkat", (name) => [AT_FDCWD, name, AT_REMOVEDIR]),
  removeFile: (path) => void pathCall("remove", path, "unlinkat", (name) => [AT_FDCWD, name, 0]),
  rename(from, to) {
    const action = "rename";
    const words = [AT_FDCWD, nameWord(action, from), AT_FDCWD, nameWord(action, to)] as const;
    call(action, `${from} to ${to}`, "renameat", ...words);
  },
  symlink: (target, path) =>
    void pathCall("make link", path, "symlinkat", (name) => [nameWord("make link", target), AT_FDCWD, name]),
  readLink,
  link: (existing, path) =>
    void pathCall("make hard link", path, "linkat", (name) => [
      AT_FDCWD,
      nameWord("make hard link", existing),
      AT_FDCWD,
      name,
      0,
    ]),
  setMode: (path, mode) =>
    void pathCall("set the mode of", path, "fchmodat", (name) => [AT_FDCWD, name, mode]),
  setTime(path, seconds) {
    const times = new Uint8Array(bothTimes(seconds).buffer);
    pathCall("set the time of", path, "utimensat", (name) => [AT_FDCWD, name, times, AT_SYMLINK_NOFOLLOW]);
  },
  setOwner: (path, uid, gid) =>
    void pathCall("set the owner of", path, "fchownat", (name) => [
      AT_FDCWD,
      name,
      uid,
      gid,
      AT_SYMLINK_NOFOLLOW,
    ]),
  realPath,

  attributes: attributesOf,
  setAttribute: setAttributeOf,
  removeAttribute: removeAttributeOf,
  dataRanges: dataRangesOf,
  copyRange,
  tryLock: (path) => lockFile(quickjsFiles, path),
  freeSpace(path) {
    const buffer = new Uint8Array(Statfs.size);
    pathCall("measure the disk of", path, "statfs", (name) => [name, buffer]);
    const view = new DataView(buffer.buffer);
    const field = (at: number): number => Number(view.getBigUint64(at, true));
    return field(Statfs.offsets.blocksAvailable) * field(Statfs.offsets.blockSize);
  },
  beneath: (folder) => filesBeneath({ call: rawCall, nameWord, descriptors: quickjsFiles, remember }, folder),
};

function statusOf(path: string, followsLinks: boolean): FileStatus | undefined {
  const flags = followsLinks ? 0 : AT_SYMLINK_NOFOLLOW;
  const word = nameWord("look at", path);
  return statusByStatx(path, (buffer) => rawCall("statx", AT_FDCWD, word, flags, STATX_BASIC_STATS, buffer));
}

function listFolder(folder: string): string[] {
  const fd = open(folder, "read");
  try {
    return namesInFolder((buffer) => call("list", folder, "getdents64", fd, buffer, buffer.length));
  } finally {
    close(fd);
  }
}

function readLink(path: string): string {
  const buffer = new Uint8Array(PATH_MAX);
  const length = pathCall("read link", path, "readlinkat", (name) => [AT_FDCWD, name, buffer, buffer.length]);
  return bytesToName(buffer.subarray(0, length));
}

/** Resolves component by component, because /proc, which knows the result, is not always mounted. */
function realPath(path: string): string {
  if (path.includes("\0")) throw new SystemError("find", JSON.stringify(path), "EINVAL");
  const left = path.split("/").filter((name) => name !== "" && name !== ".");
  let found = "/";
  let links = 0;
  for (let name = left.shift(); name !== undefined; name = left.shift()) {
    const next = resolvePath(found, name);
    const status = statusOf(next, false);
    if (status === undefined) throw new SystemError("find", path, "ENOENT");
    if (status.kind === "symlink") {
      if (++links > MAXSYMLINKS) throw new SystemError("find", path, "ELOOP");
      const target = readLink(next);
      left.unshift(...target.split("/").filter((part) => part !== "" && part !== "."));
      if (target.startsWith("/")) found = "/";
    } else {
      if (status.kind !== "folder" && left.length > 0) throw new SystemError("find", path, "ENOTDIR");
      found = next;
    }
  }
  return found;
}
