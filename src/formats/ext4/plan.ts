/** Computes how much room a tree needs, and a layout that provides it, from sizes and ranges alone. */
import { Bq2Error } from "../../base/error.ts";
import type { Tree } from "../tree.ts";
import { blockCountOf, type PlannedNode, planNode } from "./bodies.ts";
import { extentCount, MAX_DEPTH, treeBlockCount } from "./extents.ts";
import { BLOCK_SIZE, type Geometry, geometryOf, MAX_BLOCKS } from "./geometry.ts";
import { nameHasher } from "./hash.ts";
import { FIRST_INODE } from "./inode.ts";
import { JOURNAL_SIZES, journalBlocksOf, MIN_BLOCKS } from "./journal.ts";
import { nodesOf } from "./nodes.ts";
import { checkPlanOptions, type PlanOptions } from "./options.ts";

/** mke2fs' `inode_ratio`: one inode for this many bytes. */
export const DEFAULT_BYTES_PER_INODE = 16384;
/** Inodes per inode of the tree, if the ratio gives fewer: a system must be able to create files. */
const INODE_HEADROOM = 1.1;

/** What a tree takes in an ext4 file system of any size: everything but the places on the disk. */
export class Ext4Plan {
  /** In the order of their inodes. */
  readonly nodes: readonly PlannedNode[];
  readonly options: PlanOptions;
  /** Inodes that the tree takes, reserved ones and lost+found included. */
  readonly inodes: number;
  /** Blocks of 4096 bytes for all content, folders and attributes, whatever the size of the image. */
  readonly blocks: number;

  constructor(nodes: readonly PlannedNode[], options: PlanOptions) {
    this.nodes = nodes;
    this.options = options;
    this.inodes = nodes.at(-1)?.node.inode ?? FIRST_INODE;
    this.blocks = nodes.reduce((sum, planned) => sum + blockCountOf(planned), 0);
  }

  /** Whether an image of `size` bytes holds the tree. */
  fits(size: number): boolean {
    return fittingGeometry(Math.floor(size / BLOCK_SIZE), this) !== undefined;
  }

  /**
   * Bytes of the smallest image that is sure to hold the tree. The true minimum may be smaller by five blocks
   * for every place where metadata interrupts content (a few in a small image).
   *
   * Throws a Bq2Error `image-too-small` if no ext4 of 16 TiB would hold it.
   */
  get minimumSize(): number {
    return minimumSizeOf(this);
  }
}

/**
 * Computes what a tree needs. Throws a Bq2Error: `bad-tree`, `bad-attribute`, `attributes-too-large`,
 * `folder-too-large` for what ext4 cannot store, and `bad-option`.
 *
 * @example
 * const { minimumSize } = planExt4(tree, { hashSeed, epoch: 0 });
 */
export function planExt4(tree: Tree, options: PlanOptions): Ext4Plan {
  checkPlanOptions(options);
  const hashOf = nameHasher(options.hashSeed);
  const nodes = nodesOf(tree, options.epoch).map((node) => planNode(node, hashOf));
  return new Ext4Plan(nodes, options);
}

/** The layout of `blocks` blocks, or `undefined` if the tree does not fit. */
export function fittingGeometry(blocks: number, plan: Ext4Plan): Geometry | undefined {
  if (blocks < MIN_BLOCKS) return undefined;
  const ratio = plan.options.bytesPerInode ?? DEFAULT_BYTES_PER_INODE;
  const byRatio = Math.floor((blocks * BLOCK_SIZE) / ratio);
  const byTree = Math.ceil(plan.inodes * INODE_HEADROOM);
  const geometry = geometryOf(blocks, Math.max(byRatio, byTree));
  if (geometry === undefined) return undefined;
  const journal = journalBlocksOf(geometry.blocks);
  const journalBlocks = journal + treeBlockCount(extentCount([{ logical: 0, count: journal }]));
  const resizeBlocks = 1;
  // An extent cut in two by metadata may add a block to each level of one tree.
  const breakBlocks = geometry.metadata.length * MAX_DEPTH;
  const needed = geometry.metadataBlocks + journalBlocks + resizeBlocks + plan.blocks + breakBlocks;
  return needed <= geometry.blocks ? geometry : undefined;
}

/** Bytes; searched for in each range of sizes that has the same journal, smallest first. */
function minimumSizeOf(plan: Ext4Plan): number {
  let from = MIN_BLOCKS;
  for (const { to } of JOURNAL_SIZES) {
    if (to >= plan.blocks && fittingGeometry(to, plan) !== undefined) {
      return BLOCK_SIZE * smallestFitting(Math.max(from, plan.blocks), to, plan);
    }
    from = to + 1;
  }
  throw new Bq2Error(
    `Cannot store ${plan.blocks} blocks and ${plan.inodes} inodes in ext4: more than fits in ${MAX_BLOCKS} blocks`,
    { code: "image-too-small", hint: "leave something out of the tree" },
  );
}

function smallestFitting(from: number, to: number, plan: Ext4Plan): number {
  let low = from;
  let high = to; // fits
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (fittingGeometry(middle, plan) === undefined) low = middle + 1;
    else high = middle;
  }
  return high;
}
