/** Stores one node: its content where the allocator says, then its inode. */
import type { Sink } from "../sink.ts";
import type { BlockAllocator } from "./allocator.ts";
import { placeAttributes } from "./attributes.ts";
import { copyContent, logicalRunsOf } from "./content.ts";
import { dotEntries, encodeLeaf } from "./directory.ts";
import { allocateExtents, buildExtentTree, type Extent, type LogicalRun } from "./extents.ts";
import { BLOCK_SIZE } from "./geometry.ts";
import type { nameHasher } from "./hash.ts";
import { encodeHashed, fitsOneBlock, hashedBlockCount, packLeaves } from "./htree.ts";
import {
  EXTENTS_FLAG,
  encodeDevice,
  encodeInode,
  FIRST_INODE,
  INDEX_FLAG,
  inodeSeed,
  KIND_CODES,
} from "./inode.ts";
import type { InodeTableWriter } from "./inodetable.ts";
import { directoryEntriesOf, type Node } from "./nodes.ts";
import { FAST_SYMLINK_BYTES, LOST_AND_FOUND_BLOCKS, symlinkTarget } from "./plan.ts";

/** What storing needs. */
export interface Disk {
  readonly sink: Sink;
  readonly allocator: BlockAllocator;
  readonly inodes: InodeTableWriter;
  /** The file system's checksum seed. */
  readonly seed: number;
  readonly epoch: number;
  readonly hashOf: ReturnType<typeof nameHasher>;
}

/** What of an inode depends on the kind of its node. */
interface Body {
  readonly size: number;
  readonly blocks: number;
  readonly flags: number;
  readonly block: Uint8Array;
}

const NO_BODY: Body = { size: 0, blocks: 0, flags: 0, block: new Uint8Array(0) };

export function storeNode(node: Node, disk: Disk): void {
  const { entry, inode, links } = node;
  const body = storeBody(node, disk);
  const { inInode, encodeBlock } = placeAttributes(entry.attributes, entry.path);
  const attributeBlock = encodeBlock === undefined ? 0 : disk.allocator.takeOne();
  if (encodeBlock !== undefined) writeBlock(attributeBlock, encodeBlock(attributeBlock, disk.seed), disk);
  // Spelled out: with `...body` V8 makes 2 KB of hidden classes for every inode.
  const values = {
    size: body.size,
    flags: body.flags,
    block: body.block,
    mode: KIND_CODES[entry.kind].mode | entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    mtime: entry.mtime,
    links,
    blocks: body.blocks + (attributeBlock === 0 ? 0 : 1),
    attributeBlock,
    attributes: inInode,
  };
  encodeInode(disk.inodes.place(inode), values, inode, disk.epoch, disk.seed);
}

function storeBody(node: Node, disk: Disk): Body {
  const { entry, inode } = node;
  switch (entry.kind) {
    case "file": {
      const runs = logicalRunsOf(entry.content, entry.path);
      return storeMapped(inode, runs, entry.content.size, 0, disk, (extents) =>
        copyContent(entry.content, extents, disk.sink),
      );
    }
    case "folder":
      return storeFolder(node, disk);
    case "symlink":
      return storeSymlink(inode, symlinkTarget(entry.target, entry.path), disk);
    case "char":
    case "block":
      return { ...NO_BODY, block: encodeDevice(entry.major, entry.minor) };
    case "fifo":
    case "socket":
      return NO_BODY;
  }
}

/** Allocates `runs`, lets `fill` write them, and writes the extent tree over them. */
function storeMapped(
  inode: number,
  runs: readonly LogicalRun[],
  size: number,
  flags: number,
  disk: Disk,
  fill: (extents: readonly Extent[]) => void,
): Body {
  const extents = allocateExtents(runs, disk.allocator);
  const tree = buildExtentTree(extents, disk.allocator, inodeSeed(inode, disk.seed));
  fill(extents);
  for (const { block, bytes } of tree.blocks) writeBlock(block, bytes, disk);
  const dataBlocks = extents.reduce((sum, extent) => sum + extent.count, 0);
  return { size, blocks: dataBlocks + tree.blocks.length, flags: flags | EXTENTS_FLAG, block: tree.root };
}

function storeFolder(node: Node, disk: Disk): Body {
  const { inode, parent, entry } = node;
  const entries = directoryEntriesOf(node);
  const seed = inodeSeed(inode, disk.seed);
  if (fitsOneBlock(entries)) {
    const blocks = [encodeLeaf([...dotEntries(inode, parent), ...entries], seed)];
    const count = inode === FIRST_INODE ? LOST_AND_FOUND_BLOCKS : 1;
    while (blocks.length < count) blocks.push(encodeLeaf([], seed));
    return storeBlocks(inode, blocks, count, 0, disk);
  }
  const leaves = packLeaves(entries, disk.hashOf, entry.path);
  const blocks = encodeHashed(leaves, inode, parent, seed);
  return storeBlocks(inode, blocks, hashedBlockCount(leaves.length), INDEX_FLAG, disk);
}

function storeBlocks(
  inode: number,
  blocks: Iterable<Uint8Array>,
  count: number,
  flags: number,
  disk: Disk,
): Body {
  return storeMapped(inode, [{ logical: 0, count }], count * BLOCK_SIZE, flags, disk, (extents) => {
    const places = placesOf(extents);
    for (const bytes of blocks) writeBlock(places.next().value ?? 0, bytes, disk);
  });
}

function* placesOf(extents: readonly Extent[]): Generator<number, undefined> {
  for (const { physical, count } of extents) for (let i = 0; i < count; i++) yield physical + i;
}

function storeSymlink(inode: number, target: Uint8Array, disk: Disk): Body {
  if (target.length < FAST_SYMLINK_BYTES) return { ...NO_BODY, size: target.length, block: target };
  return storeMapped(inode, [{ logical: 0, count: 1 }], target.length, 0, disk, ([extent]) =>
    writeBlock(extent?.physical ?? 0, target, disk),
  );
}

function writeBlock(block: number, bytes: Uint8Array, disk: Disk): void {
  disk.sink.write(bytes, block * BLOCK_SIZE);
}
