/**
 * Extent trees: which blocks of the disk hold which blocks of a file. Up to four extents are in the inode
 * itself, more in a tree of blocks below it.
 *
 * Subset: initialised extents only; trees are full, made once and never edited.
 * Source: Linux, Documentation/filesystems/ext4/ifork.rst ("Extent Tree").
 */
import { crc32c } from "../../base/crc.ts";
import { struct, u16, u32 } from "../../base/struct.ts";
import type { BlockAllocator } from "./allocator.ts";
import { BLOCK_SIZE, type Region } from "./geometry.ts";

const EXTENT_MAGIC = 0xf30a; // EXT4_EXT_MAGIC
const MAX_EXTENT_BLOCKS = 32768; // ee_len above this marks an uninitialised extent
const ROOT_BYTES = 60; // i_block
const CHECKSUM_BYTES = 4; // struct ext4_extent_tail

const ExtentHeader = struct("ext4_extent_header", 12, {
  magic: u16,
  entries: u16,
  max: u16,
  depth: u16,
  generation: u32,
});
/** A leaf entry: file blocks to disk blocks. */
const ExtentLeaf = struct("ext4_extent", 12, {
  logical: u32,
  count: u16,
  physicalHigh: u16,
  physicalLow: u32,
});
/** An inner entry: the block of the tree that begins with file block `logical`. */
const ExtentIndex = struct("ext4_extent_idx", 12, {
  logical: u32,
  childLow: u32,
  childHigh: u16,
  unused: u16,
});

const ROOT_ENTRIES = ROOT_BYTES / ExtentHeader.size - 1;
const BLOCK_ENTRIES = Math.floor((BLOCK_SIZE - ExtentHeader.size - CHECKSUM_BYTES) / ExtentLeaf.size);
/** A tree never has more levels of blocks than this (EXT4_MAX_EXTENT_DEPTH). */
export const MAX_DEPTH = 5;

/** `count` blocks of a file, from its block `logical` on, stored from block `physical` of the disk on. */
export interface Extent {
  readonly logical: number;
  readonly physical: number;
  readonly count: number;
}

/** Blocks of a file that hold data: `count`, from its block `logical` on. */
export interface LogicalRun {
  readonly logical: number;
  readonly count: number;
}

/** Extents that the runs take if no metadata interrupts them. */
export function extentCount(runs: readonly LogicalRun[]): number {
  return runs.reduce((sum, run) => sum + Math.ceil(run.count / MAX_EXTENT_BLOCKS), 0);
}

/** Blocks of the tree, without the inode, for this many extents. */
export function treeBlockCount(extents: number): number {
  let total = 0;
  let entries = extents;
  while (entries > ROOT_ENTRIES) {
    entries = Math.ceil(entries / BLOCK_ENTRIES);
    total += entries;
  }
  return total;
}

/** Allocates blocks for every run. */
export function allocateExtents(runs: readonly LogicalRun[], allocator: BlockAllocator): Extent[] {
  return runs.flatMap((run) => extentsOver(run.logical, allocator.take(run.count)));
}

/** Maps file blocks from `logical` on to `regions` of the disk, one after another. */
function extentsOver(logical: number, regions: readonly Region[]): Extent[] {
  const extents: Extent[] = [];
  let at = logical;
  for (const region of regions) {
    for (let done = 0; done < region.count; done += MAX_EXTENT_BLOCKS) {
      const count = Math.min(MAX_EXTENT_BLOCKS, region.count - done);
      extents.push({ logical: at, physical: region.start + done, count });
      at += count;
    }
  }
  return extents;
}

export interface ExtentTree {
  /** The 60 bytes of the inode's `i_block`. */
  readonly root: Uint8Array;
  /** The blocks below it, each to be written at `block`. */
  readonly blocks: readonly { readonly block: number; readonly bytes: Uint8Array }[];
}

interface TreeEntry {
  readonly logical: number;
  write(bytes: Uint8Array, offset: number): void;
}

/** The tree over `extents` (ascending by `logical`). `inodeSeed`: as from `inode.ts`. */
export function buildExtentTree(
  extents: readonly Extent[],
  allocator: BlockAllocator,
  inodeSeed: number,
): ExtentTree {
  const blocks: { block: number; bytes: Uint8Array }[] = [];
  let depth = 0;
  let level: readonly TreeEntry[] = extents.map(leafEntry);
  while (level.length > ROOT_ENTRIES) {
    const parents: TreeEntry[] = [];
    for (let from = 0; from < level.length; from += BLOCK_ENTRIES) {
      const part = level.slice(from, from + BLOCK_ENTRIES);
      const block = allocator.takeOne();
      blocks.push({ block, bytes: encodeTreeBlock(part, depth, inodeSeed) });
      parents.push(indexEntry((part[0] as TreeEntry).logical, block));
    }
    level = parents;
    depth++;
  }
  const root = new Uint8Array(ROOT_BYTES);
  encodeNode(root, level, ROOT_ENTRIES, depth);
  return { root, blocks };
}

function leafEntry({ logical, physical, count }: Extent): TreeEntry {
  const physicalHigh = Math.floor(physical / 2 ** 32);
  const physicalLow = physical % 2 ** 32;
  return {
    logical,
    write: (bytes, offset) =>
      ExtentLeaf.encodeInto(bytes, offset, { logical, count, physicalHigh, physicalLow }),
  };
}

function indexEntry(logical: number, child: number): TreeEntry {
  const childHigh = Math.floor(child / 2 ** 32);
  const childLow = child % 2 ** 32;
  return {
    logical,
    write: (bytes, offset) => ExtentIndex.encodeInto(bytes, offset, { logical, childLow, childHigh }),
  };
}

function encodeNode(bytes: Uint8Array, entries: readonly TreeEntry[], max: number, depth: number): void {
  ExtentHeader.encodeInto(bytes, 0, { magic: EXTENT_MAGIC, entries: entries.length, max, depth });
  for (const [i, entry] of entries.entries()) entry.write(bytes, ExtentHeader.size + i * ExtentLeaf.size);
}

function encodeTreeBlock(entries: readonly TreeEntry[], depth: number, inodeSeed: number): Uint8Array {
  const bytes = new Uint8Array(BLOCK_SIZE);
  encodeNode(bytes, entries, BLOCK_ENTRIES, depth);
  const checksumAt = ExtentHeader.size + BLOCK_ENTRIES * ExtentLeaf.size;
  u32.write(new DataView(bytes.buffer), checksumAt, crc32c(bytes.subarray(0, checksumAt), inodeSeed));
  return bytes;
}
