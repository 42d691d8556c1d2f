/**
 * Inodes of 256 bytes: 128 of the ext2 form, 32 of extra fields, 96 for extended attributes.
 * Source: Linux, Documentation/filesystems/ext4/inodes.rst.
 */
import { crc32c } from "../../base/crc.ts";
import { bytes, reserved, struct, u16, u32 } from "../../base/struct.ts";
import type { Entry } from "../tree.ts";
import { INODE_SIZE } from "./geometry.ts";

export const ROOT_INODE = 2;
export const RESIZE_INODE = 7;
export const JOURNAL_INODE = 8;
/** The first that is not reserved (s_first_ino). mke2fs gives it to `lost+found`. */
export const FIRST_INODE = 11;
/** Bytes of extra fields after the first 128 (i_extra_isize); attributes follow them. */
export const EXTRA_SIZE = 32;
export const INODE_ATTRIBUTE_BYTES = INODE_SIZE - 128 - EXTRA_SIZE;
/** The most names that a file can have; a folder with more subfolders states 1 (feature dir_nlink). */
export const MAX_LINKS = 65000; // EXT4_LINK_MAX

export const INDEX_FLAG = 0x1000; // EXT4_INDEX_FL: a hashed directory
export const EXTENTS_FLAG = 0x80000; // EXT4_EXTENTS_FL

export type NodeKind = Exclude<Entry["kind"], "hardlink">;

/** Type bits of i_mode (linux/stat.h, S_IF*), and the type in directory entries (linux/fs_types.h, FT_*). */
export const KIND_CODES: { readonly [K in NodeKind]: { readonly mode: number; readonly fileType: number } } =
  {
    file: { mode: 0x8000, fileType: 1 },
    folder: { mode: 0x4000, fileType: 2 },
    char: { mode: 0x2000, fileType: 3 },
    block: { mode: 0x6000, fileType: 4 },
    fifo: { mode: 0x1000, fileType: 5 },
    socket: { mode: 0xc000, fileType: 6 },
    symlink: { mode: 0xa000, fileType: 7 },
  };

const Inode = struct("ext4_inode", INODE_SIZE, {
  mode: u16,
  uidLow: u16,
  sizeLow: u32,
  atime: u32,
  ctime: u32,
  mtime: u32,
  dtime: u32,
  gidLow: u16,
  links: u16,
  sectorsLow: u32,
  flags: u32,
  version: u32,
  block: bytes(60),
  generation: u32,
  attributeBlockLow: u32,
  sizeHigh: u32,
  fragment: u32,
  sectorsHigh: u16,
  attributeBlockHigh: u16,
  uidHigh: u16,
  gidHigh: u16,
  checksumLow: u16,
  reserved: reserved(2),
  extraSize: u16,
  checksumHigh: u16,
  ctimeExtra: u32,
  mtimeExtra: u32,
  atimeExtra: u32,
  crtime: u32,
  crtimeExtra: u32,
  versionHigh: u32,
  project: u32,
  attributes: bytes(INODE_ATTRIBUTE_BYTES),
});

export interface InodeValues {
  /** Type and permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes. */
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly links: number;
  /** Blocks that it takes on the disk: content, extent tree and attributes. */
  readonly blocks: number;
  readonly flags: number;
  /** Extent tree root, short link target or device number: at most 60 bytes. */
  readonly block: Uint8Array;
  /** Its block of attributes; 0 for none. */
  readonly attributeBlock: number;
  /** At most 96 bytes. */
  readonly attributes: Uint8Array;
}

const SECTORS_PER_BLOCK = 4096 / 512; // i_blocks counts sectors of 512 bytes

/** Precedes an inode's bytes in its checksum. */
const ChecksumPrefix = struct("checksum prefix", 8, { number: u32, generation: u32 });

/** Start value for checksums of an inode and of its blocks; i_generation is always 0 here. */
export function inodeSeed(number: number, seed: number): number {
  return crc32c(ChecksumPrefix.encode({ number, generation: 0 }), seed);
}

/**
 * Fills `target` with the 256 bytes of inode `number`. `epoch`: its ctime, atime and crtime; `seed`: the file
 * system's.
 */
export function encodeInode(
  target: Uint8Array,
  values: InodeValues,
  number: number,
  epoch: number,
  seed: number,
): void {
  const change = encodeTime(epoch);
  const modification = encodeTime(values.mtime);
  const sectors = values.blocks * SECTORS_PER_BLOCK;
  const fields = {
    mode: values.mode,
    uidLow: values.uid & 0xffff,
    uidHigh: values.uid >>> 16,
    gidLow: values.gid & 0xffff,
    gidHigh: values.gid >>> 16,
    sizeLow: values.size % 2 ** 32,
    sizeHigh: Math.floor(values.size / 2 ** 32),
    atime: change.seconds,
    atimeExtra: change.extra,
    ctime: change.seconds,
    ctimeExtra: change.extra,
    crtime: change.seconds,
    crtimeExtra: change.extra,
    mtime: modification.seconds,
    mtimeExtra: modification.extra,
    links: values.links,
    sectorsLow: sectors % 2 ** 32,
    sectorsHigh: Math.floor(sectors / 2 ** 32),
    flags: values.flags,
    block: values.block,
    attributeBlockLow: values.attributeBlock % 2 ** 32,
    attributeBlockHigh: Math.floor(values.attributeBlock / 2 ** 32),
    extraSize: EXTRA_SIZE,
    attributes: values.attributes,
  };
  Inode.encodeInto(target, 0, fields);
  const checksum = crc32c(target, inodeSeed(number, seed));
  const view = new DataView(target.buffer, target.byteOffset, INODE_SIZE);
  u16.write(view, Inode.offsets.checksumLow, checksum & 0xffff);
  u16.write(view, Inode.offsets.checksumHigh, checksum >>> 16);
}

const EARLIEST = -(2 ** 31); // 1901
const LATEST = 2 ** 34 - 2 ** 31 - 1; // 2446: 34 bits from 1901 on

/**
 * Seconds in 32 bits and the two bits above them; a time out of range becomes the nearest in range, as in the
 * kernel.
 */
export function encodeTime(time: number): { readonly seconds: number; readonly extra: number } {
  const clamped = Math.min(Math.max(Math.floor(time), EARLIEST), LATEST);
  const seconds = clamped >>> 0;
  return { seconds, extra: (clamped - (seconds | 0)) / 2 ** 32 };
}

const DeviceBlock = struct("i_block of a device", 8, { old: u32, current: u32 });

/** `i_block` of a device: the old 16-bit form if it fits, else the 32-bit one (linux/kdev_t.h). */
export function encodeDevice(major: number, minor: number): Uint8Array {
  if (major < 256 && minor < 256) return DeviceBlock.encode({ old: (major << 8) | minor });
  return DeviceBlock.encode({ current: ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0 });
}
export const MAX_MAJOR = 0xfff; // 12 bits
export const MAX_MINOR = 0xfffff; // 20 bits
