/** The status of a name by statx(2), whose structure is the same on every architecture. */
import { reserved, struct, u16, u32, u64 } from "../base/struct.ts";
import { ERRNO_NAMES } from "./linux-abi.ts";
import { kindOfMode, secondsOf } from "./linux-files.ts";
import { type FileStatus, SystemError } from "./platform.ts";

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
  changeSeconds: u64,
  changeNanoseconds: u32,
  pad3: reserved(4),
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

/** Shared by all calls, because trees have many files. */
const buffer = new Uint8Array(Statx.size);
const view = new DataView(buffer.buffer);

/**
 * The status of `path`, or `undefined` if the name does not exist. `call` makes the system call with the
 * given buffer and returns its raw result.
 */
export function statusByStatx(path: string, call: (buffer: Uint8Array) => number): FileStatus | undefined {
  const result = call(buffer);
  if (result >= 0) return decode(path);
  const code = ERRNO_NAMES[-result] ?? `errno ${-result}`;
  // ENOTDIR: a parent is not a folder, so the name does not exist.
  if (code === "ENOENT" || code === "ENOTDIR") return undefined;
  throw new SystemError("look at", path, code);
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
    mtime: timeAt(AT.modifySeconds, AT.modifyNanoseconds),
    ctime: timeAt(AT.changeSeconds, AT.changeNanoseconds),
    linkCount: view.getUint32(AT.linkCount, true),
    identity: `${device}:${view.getBigUint64(AT.inode, true)}`,
    allocated: Number(view.getBigUint64(AT.blocks, true)) * DISK_SECTOR,
    device: { major: view.getUint32(AT.rdevMajor, true), minor: view.getUint32(AT.rdevMinor, true) },
  };
}

function timeAt(seconds: number, nanoseconds: number): number {
  return secondsOf(Number(view.getBigInt64(seconds, true)), view.getUint32(nanoseconds, true));
}
