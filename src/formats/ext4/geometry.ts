/**
 * Where the metadata of an ext4 file system is: block groups, bitmaps, inode tables, backup copies. A pure
 * function of the size and the number of inodes.
 *
 * Subset: 4 KiB blocks, 256-byte inodes, 64-byte group descriptors, flexible groups of 16, no meta_bg, no
 * bigalloc; at most 16 TiB (block numbers below 2^32, which the resize inode needs).
 *
 * Source: Linux, Documentation/filesystems/ext4: blockgroup.rst, group_descr.rst, bitmaps.rst. Where there is
 * a choice, it is mke2fs's (e2fsprogs 1.47, lib/ext2fs/initialize.c).
 */
import { alignUp } from "../../base/bytes.ts";

export const BLOCK_SIZE = 4096;
export const INODE_SIZE = 256;
export const INODES_PER_BLOCK = BLOCK_SIZE / INODE_SIZE;
export const DESCRIPTOR_SIZE = 64; // s_desc_size with the feature 64bit
export const BLOCKS_PER_GROUP = 8 * BLOCK_SIZE; // as many as one bitmap block has bits
export const MAX_INODES_PER_GROUP = 8 * BLOCK_SIZE; // likewise
export const LOG_GROUPS_PER_FLEX = 4; // mke2fs' default: 2^4 = 16 groups
export const MAX_BLOCKS = 2 ** 32 - 1;

const GROUPS_PER_FLEX = 2 ** LOG_GROUPS_PER_FLEX;
const DESCRIPTORS_PER_BLOCK = BLOCK_SIZE / DESCRIPTOR_SIZE;
const ADDRESSES_PER_BLOCK = BLOCK_SIZE / 4;
/** A last group with fewer blocks than this beyond its own metadata is left out (initialize.c). */
const SMALLEST_LAST_GROUP = 50;
/** The factor by which a file system can grow into its reserved descriptor blocks (initialize.c). */
const GROWTH = 1024;

/** `count` blocks from block `start` on. */
export interface Region {
  readonly start: number;
  readonly count: number;
}

export interface Group {
  /** First block of the group. */
  readonly start: number;
  /** Blocks in the group: 32768, fewer in the last one. */
  readonly blocks: number;
  /** Blocks at its start for the superblock, the descriptors and room for more; 0 without a backup. */
  readonly baseBlocks: number;
  readonly blockBitmap: number;
  readonly inodeBitmap: number;
  readonly inodeTable: number;
}

export interface Geometry {
  readonly blocks: number;
  readonly groups: readonly Group[];
  readonly inodesPerGroup: number;
  readonly descriptorBlocks: number;
  readonly reservedDescriptorBlocks: number;
  /** All blocks that are not for content: ascending regions, not adjacent. */
  readonly metadata: readonly Region[];
  readonly metadataBlocks: number;
}

/**
 * Whether a group other than 0 has copies of superblock and descriptors: group 1 and the powers of 3, 5 and 7
 * (sparse_super).
 */
export function hasBackup(group: number): boolean {
  return group === 1 || [3, 5, 7].some((base) => isPowerOf(base, group));
}

function isPowerOf(base: number, value: number): boolean {
  let power = base;
  while (power < value) power *= base;
  return power === value;
}

/**
 * The layout of `wantedBlocks` blocks with at least `wantedInodes` inodes, or `undefined` if that many inodes
 * do not fit. A last group that is too short to be useful is left out, so `blocks` may be less than
 * requested.
 */
export function geometryOf(wantedBlocks: number, wantedInodes: number): Geometry | undefined {
  let blocks = Math.min(wantedBlocks, MAX_BLOCKS);
  for (;;) {
    const geometry = layOut(blocks, wantedInodes);
    if (geometry !== undefined) return geometry;
    const lastBlocks = blocks % BLOCKS_PER_GROUP;
    if (lastBlocks === 0 || lastBlocks === blocks) return undefined;
    blocks -= lastBlocks;
  }
}

function layOut(blocks: number, wantedInodes: number): Geometry | undefined {
  const groupCount = Math.ceil(blocks / BLOCKS_PER_GROUP);
  const inodesPerGroup = alignUp(Math.ceil(wantedInodes / groupCount), INODES_PER_BLOCK);
  if (inodesPerGroup > MAX_INODES_PER_GROUP) return undefined;
  const tableBlocks = inodesPerGroup / INODES_PER_BLOCK;
  const descriptorBlocks = Math.ceil(groupCount / DESCRIPTORS_PER_BLOCK);
  const reservedDescriptorBlocks = reservedDescriptorBlocksOf(blocks, descriptorBlocks);
  const baseBlocksOf = (group: number) =>
    group === 0 || hasBackup(group) ? 1 + descriptorBlocks + reservedDescriptorBlocks : 0;

  const lastGroup = groupCount - 1;
  const lastBlocks = blocks - lastGroup * BLOCKS_PER_GROUP;
  if (lastBlocks < baseBlocksOf(lastGroup) + 2 + tableBlocks + SMALLEST_LAST_GROUP) return undefined;

  const groups: Group[] = [];
  const regions: Region[] = [];
  for (let first = 0; first < groupCount; first += GROUPS_PER_FLEX) {
    const count = Math.min(GROUPS_PER_FLEX, groupCount - first);
    groups.push(...layOutFlex(first, count, blocks, tableBlocks, baseBlocksOf, regions));
  }
  const metadata = merge(regions);
  const metadataBlocks = metadata.reduce((sum, region) => sum + region.count, 0);
  return {
    blocks,
    groups,
    inodesPerGroup,
    descriptorBlocks,
    reservedDescriptorBlocks,
    metadata,
    metadataBlocks,
  };
}

/** Blocks kept for descriptors of groups to come, so that resize2fs can grow a mounted file system. */
function reservedDescriptorBlocksOf(blocks: number, descriptorBlocks: number): number {
  const groupsAtMost = Math.ceil(Math.min(blocks * GROWTH, MAX_BLOCKS) / BLOCKS_PER_GROUP);
  return Math.min(Math.ceil(groupsAtMost / DESCRIPTORS_PER_BLOCK) - descriptorBlocks, ADDRESSES_PER_BLOCK);
}

/**
 * One flexible group: the block bitmaps of all its groups, then the inode bitmaps, then the inode
 * tables, from its first block on and around the backups. Adds what it uses to `regions`.
 */
function layOutFlex(
  first: number,
  count: number,
  blocks: number,
  tableBlocks: number,
  baseBlocksOf: (group: number) => number,
  regions: Region[],
): Group[] {
  const numbers = Array.from({ length: count }, (_, i) => first + i);
  const bases = numbers
    .map((group) => ({ start: group * BLOCKS_PER_GROUP, count: baseBlocksOf(group) }))
    .filter((base) => base.count > 0);
  regions.push(...bases);

  let cursor = first * BLOCKS_PER_GROUP;
  const place = (size: number): number => {
    for (const base of bases) {
      if (cursor < base.start + base.count && base.start < cursor + size) cursor = base.start + base.count;
    }
    const start = cursor;
    regions.push({ start, count: size });
    cursor += size;
    return start;
  };
  const blockBitmaps = numbers.map(() => place(1));
  const inodeBitmaps = numbers.map(() => place(1));
  const inodeTables = numbers.map(() => place(tableBlocks));
  return numbers.map((group, i) => ({
    start: group * BLOCKS_PER_GROUP,
    blocks: Math.min(BLOCKS_PER_GROUP, blocks - group * BLOCKS_PER_GROUP),
    baseBlocks: baseBlocksOf(group),
    blockBitmap: blockBitmaps[i] as number,
    inodeBitmap: inodeBitmaps[i] as number,
    inodeTable: inodeTables[i] as number,
  }));
}

/** Ascending, with adjacent regions joined. */
function merge(regions: readonly Region[]): Region[] {
  const merged: Region[] = [];
  for (const region of [...regions].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && last.start + last.count === region.start) {
      merged[merged.length - 1] = { start: last.start, count: last.count + region.count };
    } else {
      merged.push(region);
    }
  }
  return merged;
}
