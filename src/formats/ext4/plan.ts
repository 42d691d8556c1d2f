/**
 * How much room a tree needs, and the layout that gives it. Needs no content, only sizes and ranges.
 */
import { Bq2Error } from "../../base/error.ts";
import { nameToBytes } from "../../base/text.ts";
import type { Tree } from "../tree.ts";
import { placeAttributes } from "./attributes.ts";
import { logicalRunsOf } from "./content.ts";
import { extentCount, MAX_DEPTH, treeBlockCount } from "./extents.ts";
import { BLOCK_SIZE, type Geometry, geometryOf, MAX_BLOCKS } from "./geometry.ts";
import { nameHasher } from "./hash.ts";
import { fitsOneBlock, hashedBlockCount, packLeaves } from "./htree.ts";
import { FIRST_INODE } from "./inode.ts";
import { JOURNAL_SIZES, journalBlocksOf, MIN_BLOCKS } from "./journal.ts";
import { badTree, directoryEntriesOf, type Node, nodesOf } from "./nodes.ts";

/** mke2fs' `inode_ratio`: one inode for this many bytes. */
export const DEFAULT_BYTES_PER_INODE = 16384;
/** mke2fs makes lost+found this large, so that e2fsck need not allocate while it repairs. */
export const LOST_AND_FOUND_BLOCKS = 4;
/** Targets shorter than this stand in the inode (fs/ext4: `EXT4_N_BLOCKS * 4`, NUL included). */
export const FAST_SYMLINK_BYTES = 60;
/** Inodes for each one that the tree takes, where the ratio gives fewer: a system must be able to make files. */
const INODE_HEADROOM = 1.1;
const MAX_TARGET_BYTES = BLOCK_SIZE - 1; // the kernel ends it with a NUL within one block

export interface PlanOptions {
  /** Seeds the hashes of names: 16 bytes. */
  readonly hashSeed: Uint8Array;
  /** Seconds since 1970, 0 to 2^32 - 1: ctime, atime and crtime of all, and the superblock's times. */
  readonly epoch: number;
  /** One inode for so many bytes of the image, and at least a tenth more than the tree takes; 16384 unless told. */
  readonly bytesPerInode?: number | undefined;
}

export interface Ext4Plan {
  /** Inodes that the tree takes, reserved ones and lost+found included. */
  readonly inodes: number;
  /** Blocks of 4096 bytes for all content, folders and attributes, whatever the size of the image. */
  readonly blocks: number;
  /**
   * Bytes of the smallest image that surely holds the tree. The least possible may be less by five blocks
   * for every place where metadata interrupts content (a few in a small image).
   */
  readonly minimumSize: number;
}

/**
 * What a tree needs. Throws a Bq2Error: `bad-tree`, `bad-attribute`, `attributes-too-large` and
 * `folder-too-large` for what ext4 cannot hold, `image-too-small` where no ext4 of 16 TiB would.
 *
 * @example
 * const { minimumSize } = planExt4(tree, { hashSeed, epoch: 0 });
 */
export function planExt4(tree: Tree, options: PlanOptions): Ext4Plan {
  const demand = demandOf(nodesOf(tree, options.epoch), options.hashSeed);
  return { ...demand, minimumSize: minimumSizeOf(demand, options) };
}

/** What nodes need: the highest inode, and blocks on a disk without metadata in between. */
export interface Demand {
  readonly inodes: number;
  readonly blocks: number;
}

export function demandOf(nodes: readonly Node[], hashSeed: Uint8Array): Demand {
  const hashOf = nameHasher(hashSeed);
  let blocks = 0;
  for (const node of nodes) blocks += blocksOf(node, hashOf);
  return { inodes: nodes.at(-1)?.inode ?? FIRST_INODE, blocks };
}

function blocksOf(node: Node, hashOf: ReturnType<typeof nameHasher>): number {
  const { entry } = node;
  const attributeBlocks = placeAttributes(entry.attributes, entry.path).encodeBlock === undefined ? 0 : 1;
  switch (entry.kind) {
    case "file": {
      const runs = logicalRunsOf(entry.content, entry.path);
      const dataBlocks = runs.reduce((sum, run) => sum + run.count, 0);
      return attributeBlocks + dataBlocks + treeBlockCount(extentCount(runs));
    }
    case "folder": {
      const count = folderBlocksOf(node, hashOf);
      return attributeBlocks + count + treeBlockCount(extentCount([{ logical: 0, count }]));
    }
    case "symlink":
      return attributeBlocks + (symlinkTarget(entry.target, entry.path).length < FAST_SYMLINK_BYTES ? 0 : 1);
    case "char":
    case "block":
    case "fifo":
    case "socket":
      return attributeBlocks;
  }
}

function folderBlocksOf(node: Node, hashOf: ReturnType<typeof nameHasher>): number {
  const entries = directoryEntriesOf(node);
  const smallest = node.inode === FIRST_INODE ? LOST_AND_FOUND_BLOCKS : 1;
  if (fitsOneBlock(entries)) return smallest;
  return hashedBlockCount(packLeaves(entries, hashOf, node.entry.path).length);
}

/** The bytes of a link's target, of a length that ext4 can hold. */
export function symlinkTarget(target: string, path: string): Uint8Array {
  const bytes = nameToBytes(target);
  if (bytes.length === 0 || bytes.length > MAX_TARGET_BYTES || bytes.includes(0)) {
    throw badTree(
      path,
      `a link needs a target of 1 to ${MAX_TARGET_BYTES} bytes without NUL, found ${bytes.length}`,
    );
  }
  return bytes;
}

/** The layout of `blocks` blocks, `undefined` where the tree does not fit in it. */
export function fittingGeometry(blocks: number, demand: Demand, options: PlanOptions): Geometry | undefined {
  if (blocks < MIN_BLOCKS) return undefined;
  const ratio = options.bytesPerInode ?? DEFAULT_BYTES_PER_INODE;
  const byRatio = Math.floor((blocks * BLOCK_SIZE) / ratio);
  const byTree = Math.ceil(demand.inodes * INODE_HEADROOM);
  const geometry = geometryOf(blocks, Math.max(byRatio, byTree));
  if (geometry === undefined) return undefined;
  const journal = journalBlocksOf(geometry.blocks);
  const journalBlocks = journal + treeBlockCount(extentCount([{ logical: 0, count: journal }]));
  const resizeBlocks = 1;
  // An extent cut in two by metadata may add a block to each level of one tree.
  const breakBlocks = geometry.metadata.length * MAX_DEPTH;
  const needed = geometry.metadataBlocks + journalBlocks + resizeBlocks + demand.blocks + breakBlocks;
  return needed <= geometry.blocks ? geometry : undefined;
}

/** Bytes; searched for in each range of sizes that has the same journal, smallest first. */
export function minimumSizeOf(demand: Demand, options: PlanOptions): number {
  let from = MIN_BLOCKS;
  for (const { to } of JOURNAL_SIZES) {
    if (to >= demand.blocks && fittingGeometry(to, demand, options) !== undefined) {
      return BLOCK_SIZE * smallestFitting(Math.max(from, demand.blocks), to, demand, options);
    }
    from = to + 1;
  }
  throw new Bq2Error(
    `Cannot store ${demand.blocks} blocks and ${demand.inodes} inodes in ext4: more than fits in ${MAX_BLOCKS} blocks`,
    { code: "image-too-small", hint: "leave something out of the tree" },
  );
}

function smallestFitting(from: number, to: number, demand: Demand, options: PlanOptions): number {
  let low = from;
  let high = to; // fits
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (fittingGeometry(middle, demand, options) === undefined) low = middle + 1;
    else high = middle;
  }
  return high;
}
