/** What a name stands for: statx(2), which has one layout on every architecture. */
import { reserved, struct, u16, u32, u64 } from "../../base/struct.ts";
import { kindOfMode } from "../file-kind.ts";
import { secondsOf } from "../file-time.ts";
import { AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS } from "../linux-abi.ts";
import { type FileStatus, SystemError } from "../platform.ts";
import { errnoName, nameWord, rawCall } from "./call.ts";

/** include/uapi/linux/stat.h: struct statx. */
const Statx = struct("statx", 256, {
  mask: u32,
  blockSize: u32,
  attributes: u64,
  linkCount: u32,
  uid: u32,
  gid: u32,
  mode: u16,
  pad: reserved(2),
  inode: u64,
  size: u64,
  blocks: u64,
  attributesMask: u64,
  accessTime: reserved(16),
  birthTime: reserved(16),
  changeTime: reserved(16),
  modifySeconds: u64,
  modifyNanoseconds: u32,
  pad2: reserved(4),
  rdevMajor: u32,
  rdevMinor: u32,
  deviceMajor: u32,
  deviceMinor: u32,
  spare: reserved(112),
});
const AT = Statx.offsets;

const DISK_SECTOR = 512; // the unit of stx_blocks

/** Used again for every call: trees have many files. */
const buffer = new Uint8Array(Statx.size);
const view = new DataView(buffer.buffer);

/** `undefined` where nothing has that name. */
export function statusOf(path: string, followsLinks: boolean): FileStatus | undefined {
  const flags = followsLinks ? 0 : AT_SYMLINK_NOFOLLOW;
  const word = nameWord("look at", path);
  const result = rawCall("statx", AT_FDCWD, word, flags, STATX_BASIC_STATS, buffer);
  if (result < 0) {
    const code = errnoName(result);
    // ENOTDIR: a file where a folder was to be, so nothing has that name.
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new SystemError("look at", path, code);
  }
  return decode(path);
}

/** Of an open file; `path` is for messages. */
export function openStatus(fd: number, path: string): FileStatus {
  const result = rawCall("statx", fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, buffer);
  if (result < 0) throw new SystemError("look at", path, errnoName(result));
  return decode(path);
}

function decode(path: string): FileStatus {
  const mode = view.getUint16(AT.mode, true);
  const kind = kindOfMode(mode);
  if (kind === undefined) throw new SystemError("look at", path, "EINVAL");
  const device = `${view.getUint32(AT.deviceMajor, true)}.${view.getUint32(AT.deviceMinor, true)}`;
  return {
    kind,
    mode: mode & 0o7777,
    uid: view.getUint32(AT.uid, true),
    gid: view.getUint32(AT.gid, true),
    size: Number(view.getBigUint64(AT.size, true)),
    mtime: secondsOf(
      Number(view.getBigInt64(AT.modifySeconds, true)),
      view.getUint32(AT.modifyNanoseconds, true),
    ),
    linkCount: view.getUint32(AT.linkCount, true),
    identity: `${device}:${view.getBigUint64(AT.inode, true)}`,
    allocated: Number(view.getBigUint64(AT.blocks, true)) * DISK_SECTOR,
    device: { major: view.getUint32(AT.rdevMajor, true), minor: view.getUint32(AT.rdevMinor, true) },
  };
}
