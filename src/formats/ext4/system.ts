/** The two files that have no name: the journal and the resize inode. */
import { allocateExtents, buildExtentTree } from "./extents.ts";
import { BLOCK_SIZE, type Geometry } from "./geometry.ts";
import {
  EXTENTS_FLAG,
  encodeInode,
  inodeSeed,
  JOURNAL_INODE,
  KIND_CODES,
  type RESIZE_INODE,
} from "./inode.ts";
import { journalBlocksOf } from "./journal.ts";
import { mapReservedDescriptors, RESIZE_INODE_SIZE } from "./resize.ts";
import type { Disk } from "./store.ts";

export interface PlacedFile {
  /** First block of its content. */
  readonly firstBlock: number;
  /** Bytes. */
  readonly size: number;
  /** Blocks of content and of the map to it. */
  readonly blocks: number;
  readonly flags: number;
  /** The inode's `i_block`. */
  readonly iBlock: Uint8Array;
}

/** Allocates the journal's blocks. They stay zeros; the first is written last, with the UUID. */
export function placeJournal(geometry: Geometry, disk: Disk): PlacedFile {
  const count = journalBlocksOf(geometry.blocks);
  const extents = allocateExtents([{ logical: 0, count }], disk.allocator);
  const tree = buildExtentTree(extents, disk.allocator, inodeSeed(JOURNAL_INODE, disk.seed));
  for (const { block, bytes } of tree.blocks) disk.sink.write(bytes, block * BLOCK_SIZE);
  return {
    firstBlock: extents[0]?.physical ?? 0,
    size: count * BLOCK_SIZE,
    blocks: count + tree.blocks.length,
    flags: EXTENTS_FLAG,
    iBlock: tree.root,
  };
}

/** Writes the lists of the blocks reserved for more group descriptors. */
export function placeReservedDescriptors(geometry: Geometry, disk: Disk): PlacedFile {
  const firstBlock = disk.allocator.takeOne();
  const map = mapReservedDescriptors(geometry, firstBlock);
  for (const { block, bytes } of map.blocks) disk.sink.write(bytes, block * BLOCK_SIZE);
  return { firstBlock, size: RESIZE_INODE_SIZE, blocks: map.blockCount, flags: 0, iBlock: map.iBlock };
}

export function storeSystemInode(
  inode: typeof JOURNAL_INODE | typeof RESIZE_INODE,
  placed: PlacedFile,
  disk: Disk,
): void {
  const values = {
    mode: KIND_CODES.file.mode | 0o600,
    uid: 0,
    gid: 0,
    size: placed.size,
    mtime: disk.epoch,
    links: 1,
    blocks: placed.blocks,
    flags: placed.flags,
    block: placed.iBlock,
    attributeBlock: 0,
    attributes: new Uint8Array(0),
  };
  encodeInode(disk.inodes.place(inode), values, inode, disk.epoch, disk.seed);
}
