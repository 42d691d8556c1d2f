/**
 * File attributes as SFTP transfers them (draft-ietf-secsh-filexfer-02, section 5), and the line of `ls -l`
 * that a reply has next to them (section 7).
 *
 * The platform knows no access times: a reply has the modification time for both, and a client's access time
 * is ignored.
 */
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG, S_IFSOCK } from "../../platform/linux-abi.ts";
import type { FileKind, FileStatus } from "../../platform/platform.ts";
import { permissionText } from "../permission-text.ts";
import { type FieldReader, u32Field, u64Field } from "./fields.ts";
import { ATTRIBUTE } from "./protocol.ts";

/** Fields that a message leaves out are `undefined`. */
export interface Attributes {
  readonly size?: number | undefined;
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  /** A mode as in stat(2): the type bits too, if the sender has set them. */
  readonly permissions?: number | undefined;
  /** Seconds since 1970, at most 2^32 - 1. */
  readonly times?: { readonly access: number; readonly modification: number } | undefined;
}

export function readAttributes(fields: FieldReader): Attributes {
  const flags = fields.u32();
  const has = (flag: number): boolean => (flags & flag) !== 0;
  const attributes = {
    size: has(ATTRIBUTE.size) ? fields.u64() : undefined,
    owner: has(ATTRIBUTE.owner) ? { uid: fields.u32(), gid: fields.u32() } : undefined,
    permissions: has(ATTRIBUTE.permissions) ? fields.u32() : undefined,
    times: has(ATTRIBUTE.times) ? { access: fields.u32(), modification: fields.u32() } : undefined,
  };
  if (has(ATTRIBUTE.extended)) skipExtended(fields);
  return attributes;
}

/** Pairs of a type and data, which this server does not know. A wrong count ends at the message's end. */
function skipExtended(fields: FieldReader): void {
  for (let left = fields.u32(); left > 0; left--) {
    fields.bytes();
    fields.bytes();
  }
}

export function attributeFields({ size, owner, permissions, times }: Attributes): Uint8Array[] {
  const flags =
    (size === undefined ? 0 : ATTRIBUTE.size) |
    (owner === undefined ? 0 : ATTRIBUTE.owner) |
    (permissions === undefined ? 0 : ATTRIBUTE.permissions) |
    (times === undefined ? 0 : ATTRIBUTE.times);
  return [
    u32Field(flags),
    ...(size === undefined ? [] : [u64Field(size)]),
    ...(owner === undefined ? [] : [u32Field(owner.uid), u32Field(owner.gid)]),
    ...(permissions === undefined ? [] : [u32Field(permissions)]),
    ...(times === undefined ? [] : [u32Field(times.access), u32Field(times.modification)]),
  ];
}

/** inode(7) */
const TYPE_BITS: { readonly [K in FileKind]: number } = {
  file: S_IFREG,
  folder: S_IFDIR,
  symlink: S_IFLNK,
  char: S_IFCHR,
  block: S_IFBLK,
  fifo: S_IFIFO,
  socket: S_IFSOCK,
};

const LAST_SECOND = 2 ** 32 - 1;

export function attributesOf(status: FileStatus): Attributes {
  const seconds = Math.min(Math.max(Math.floor(status.mtime), 0), LAST_SECOND);
  return {
    size: status.size,
    owner: { uid: status.uid, gid: status.gid },
    permissions: TYPE_BITS[status.kind] | status.mode,
    times: { access: seconds, modification: seconds },
  };
}

const KIND_LETTERS: { readonly [K in FileKind]: string } = {
  file: "-",
  folder: "d",
  symlink: "l",
  char: "c",
  block: "b",
  fifo: "p",
  socket: "s",
};

/** The line of `ls -l`, in the columns of OpenSSH's (sftp-common.c, ls_file). Owners are numbers. */
export function longName(name: string, status: FileStatus, nowSeconds: number): string {
  const columns = [
    KIND_LETTERS[status.kind] + permissionText(status.mode),
    String(status.linkCount).padStart(3),
    String(status.uid).padEnd(8),
    String(status.gid).padEnd(8),
    String(status.size).padStart(8),
    dateText(status.mtime, nowSeconds),
  ];
  return `${columns.join(" ")} ${name}`;
}

const HALF_A_YEAR = (365 * 24 * 60 * 60) / 2; // seconds, as in ls_file

/** In UTC: month, day, and the time of day for the last half year, or else the year. */
function dateText(mtime: number, nowSeconds: number): string {
  const seconds = Math.min(Math.max(mtime, 0), LAST_SECOND);
  const [, , month = "", year = ""] = new Date(seconds * 1000).toUTCString().split(" ");
  const day = String(new Date(seconds * 1000).getUTCDate()).padStart(2);
  const isRecent = Math.abs(nowSeconds - seconds) < HALF_A_YEAR;
  const time = new Date(seconds * 1000).toISOString().slice(11, 16);
  return `${month} ${day} ${isRecent ? time : ` ${year}`}`;
}
