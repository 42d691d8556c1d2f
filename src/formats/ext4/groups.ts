/**
 * Group descriptors and the bitmaps that they point to. Bitmaps of unused groups are marked uninitialised and
 * not written, so that an image stays sparse.
 * Source: Linux, Documentation/filesystems/ext4/group_descr.rst, bitmaps.rst.
 */
import { crc32c } from "../../base/crc.ts";
import { struct, u16, u32 } from "../../base/struct.ts";
import { BLOCK_SIZE, BLOCKS_PER_GROUP, DESCRIPTOR_SIZE, type Geometry, type Group } from "./geometry.ts";

const GroupDescriptor = struct("ext4_group_desc", DESCRIPTOR_SIZE, {
  blockBitmapLow: u32,
  inodeBitmapLow: u32,
  inodeTableLow: u32,
  freeBlocksLow: u16,
  freeInodesLow: u16,
  foldersLow: u16,
  flags: u16,
  excludeBitmapLow: u32,
  blockBitmapChecksumLow: u16,
  inodeBitmapChecksumLow: u16,
  unusedInodesLow: u16,
  checksum: u16,
  blockBitmapHigh: u32,
  inodeBitmapHigh: u32,
  inodeTableHigh: u32,
  freeBlocksHigh: u16,
  freeInodesHigh: u16,
  foldersHigh: u16,
  unusedInodesHigh: u16,
  excludeBitmapHigh: u32,
  blockBitmapChecksumHigh: u16,
  inodeBitmapChecksumHigh: u16,
  reserved: u32,
});
const GroupNumber = struct("checksum prefix", 4, { group: u32 });

const INODE_UNINIT = 0x1; // EXT4_BG_INODE_UNINIT: the inode bitmap is not written
const BLOCK_UNINIT = 0x2; // EXT4_BG_BLOCK_UNINIT: the block bitmap is not written
const INODE_ZEROED = 0x4; // EXT4_BG_INODE_ZEROED: unused inodes are zeros on the disk

export interface Usage {
  /** Blocks below this one are in use; from there on only metadata is. */
  readonly nextBlock: number;
  /** Inodes 1 to this one are in use. */
  readonly lastInode: number;
  /** Folders among the inodes of a group. */
  readonly foldersIn: (group: number) => number;
  /** The file system's checksum seed. */
  readonly seed: number;
}

export interface EncodedGroups {
  /** All descriptors, in order. */
  readonly descriptors: Uint8Array;
  readonly freeBlocks: number;
  readonly freeInodes: number;
}

/** Calls `write` with each bitmap that must be written, and returns the descriptors. */
export function encodeGroups(
  geometry: Geometry,
  usage: Usage,
  write: (block: number, bytes: Uint8Array) => void,
): EncodedGroups {
  const descriptors = new Uint8Array(geometry.descriptorBlocks * BLOCK_SIZE);
  let freeBlocks = 0;
  let freeInodes = 0;
  let region = 0; // the first region of metadata that may reach into the group
  geometry.groups.forEach((group, number) => {
    region = skipRegionsBefore(geometry, region, group.start);
    const blocks = blockBitmapOf(geometry, group, number, region, usage);
    const inodes = inodeBitmapOf(geometry, number, usage);
    if (blocks.bitmap !== undefined) write(group.blockBitmap, blocks.bitmap);
    if (inodes.bitmap !== undefined) write(group.inodeBitmap, inodes.bitmap);
    encodeDescriptor(descriptors, number, group, blocks, inodes, usage);
    freeBlocks += blocks.free;
    freeInodes += inodes.free;
  });
  return { descriptors, freeBlocks, freeInodes };
}

/** `bitmap` is `undefined` if the group may be left uninitialised. */
interface GroupBitmap {
  readonly bitmap: Uint8Array | undefined;
  readonly checksum: number;
  readonly free: number;
}

function skipRegionsBefore(geometry: Geometry, from: number, block: number): number {
  let index = from;
  for (;;) {
    const region = geometry.metadata[index];
    if (region === undefined || region.start + region.count > block) return index;
    index++;
  }
}

function blockBitmapOf(
  geometry: Geometry,
  group: Group,
  number: number,
  firstRegion: number,
  usage: Usage,
): GroupBitmap {
  const bitmap = new Uint8Array(BLOCK_SIZE);
  const end = group.start + group.blocks;
  const contentEnd = Math.min(Math.max(usage.nextBlock, group.start), end);
  setBits(bitmap, 0, contentEnd - group.start);
  let used = contentEnd - group.start;
  for (let i = firstRegion; i < geometry.metadata.length; i++) {
    const region = geometry.metadata[i];
    if (region === undefined || region.start >= end) break;
    const from = Math.max(region.start, contentEnd);
    const to = Math.min(region.start + region.count, end);
    if (to <= from) continue;
    setBits(bitmap, from - group.start, to - group.start);
    used += to - from;
  }
  // A reader derives an unwritten bitmap from the group's own superblock and descriptors alone. The last
  // group's is always written, for the bits beyond its end (as mke2fs does).
  const isLast = number === geometry.groups.length - 1;
  if (number > 0 && !isLast && used === group.baseBlocks && contentEnd === group.start) {
    return { bitmap: undefined, checksum: 0, free: group.blocks - used };
  }
  setBits(bitmap, group.blocks, BLOCKS_PER_GROUP);
  return { bitmap, checksum: crc32c(bitmap, usage.seed), free: group.blocks - used };
}

function inodeBitmapOf(geometry: Geometry, number: number, usage: Usage): GroupBitmap {
  const { inodesPerGroup } = geometry;
  const used = Math.min(Math.max(usage.lastInode - number * inodesPerGroup, 0), inodesPerGroup);
  const free = inodesPerGroup - used;
  if (used === 0) return { bitmap: undefined, checksum: 0, free };
  const bitmap = new Uint8Array(BLOCK_SIZE);
  setBits(bitmap, 0, used);
  setBits(bitmap, inodesPerGroup, 8 * BLOCK_SIZE);
  return { bitmap, checksum: crc32c(bitmap.subarray(0, inodesPerGroup / 8), usage.seed), free };
}

/** Sets bits `from` up to, not including, `to`. */
export function setBits(bitmap: Uint8Array, from: number, to: number): void {
  const wholeFrom = Math.min(Math.ceil(from / 8) * 8, to);
  const wholeTo = Math.max(Math.floor(to / 8) * 8, wholeFrom);
  const setBit = (bit: number) => {
    bitmap[bit >> 3] = (bitmap[bit >> 3] as number) | (1 << (bit & 7));
  };
  for (let bit = from; bit < wholeFrom; bit++) setBit(bit);
  bitmap.fill(0xff, wholeFrom >> 3, wholeTo >> 3);
  for (let bit = wholeTo; bit < to; bit++) setBit(bit);
}

function encodeDescriptor(
  descriptors: Uint8Array,
  number: number,
  group: Group,
  blocks: GroupBitmap,
  inodes: GroupBitmap,
  usage: Usage,
): void {
  const folders = usage.foldersIn(number);
  const at = number * DESCRIPTOR_SIZE;
  GroupDescriptor.encodeInto(descriptors, at, {
    blockBitmapLow: group.blockBitmap % 2 ** 32,
    blockBitmapHigh: Math.floor(group.blockBitmap / 2 ** 32),
    inodeBitmapLow: group.inodeBitmap % 2 ** 32,
    inodeBitmapHigh: Math.floor(group.inodeBitmap / 2 ** 32),
    inodeTableLow: group.inodeTable % 2 ** 32,
    inodeTableHigh: Math.floor(group.inodeTable / 2 ** 32),
    freeBlocksLow: blocks.free & 0xffff,
    freeBlocksHigh: blocks.free >>> 16,
    freeInodesLow: inodes.free & 0xffff,
    freeInodesHigh: inodes.free >>> 16,
    foldersLow: folders & 0xffff,
    foldersHigh: folders >>> 16,
    // Inodes are allocated in ascending order, so the free ones are the last.
    unusedInodesLow: inodes.free & 0xffff,
    unusedInodesHigh: inodes.free >>> 16,
    flags:
      INODE_ZEROED |
      (blocks.bitmap === undefined ? BLOCK_UNINIT : 0) |
      (inodes.bitmap === undefined ? INODE_UNINIT : 0),
    blockBitmapChecksumLow: blocks.checksum & 0xffff,
    blockBitmapChecksumHigh: blocks.checksum >>> 16,
    inodeBitmapChecksumLow: inodes.checksum & 0xffff,
    inodeBitmapChecksumHigh: inodes.checksum >>> 16,
  });
  const descriptor = descriptors.subarray(at, at + DESCRIPTOR_SIZE);
  const checksum = crc32c(descriptor, crc32c(GroupNumber.encode({ group: number }), usage.seed));
  const view = new DataView(descriptors.buffer, at, DESCRIPTOR_SIZE);
  u16.write(view, GroupDescriptor.offsets.checksum, checksum & 0xffff);
}
