/** Stores one node: its content in allocated blocks, then its inode. */
import type { Sink } from "../sink.ts";
import type { BlockAllocator } from "./allocator.ts";
import type { PlannedNode } from "./bodies.ts";
import { copyContent } from "./content.ts";
import { dotEntries, encodeLeaf } from "./directory.ts";
import { allocateExtents, buildExtentTree, type Extent, type LogicalRun } from "./extents.ts";
import { BLOCK_SIZE } from "./geometry.ts";
import { encodeHashed } from "./htree.ts";
import { EXTENTS_FLAG, encodeDevice, encodeInode, INDEX_FLAG, inodeSeed, KIND_CODES } from "./inode.ts";
import type { InodeTableWriter } from "./inodetable.ts";

/** What storing needs. */
export interface Disk {
  readonly sink: Sink;
  readonly allocator: BlockAllocator;
  readonly inodes: InodeTableWriter;
  /** The file system's checksum seed. */
  readonly seed: number;
  readonly epoch: number;
}

/** The part of an inode that depends on the kind of its node. */
interface StoredBody {
  readonly size: number;
  readonly blocks: number;
  readonly flags: number;
  readonly block: Uint8Array;
}

const NO_BODY: StoredBody = { size: 0, blocks: 0, flags: 0, block: new Uint8Array(0) };

export function storeNode(planned: PlannedNode, disk: Disk): void {
  const { entry, inode, links } = planned.node;
  const body = storeBody(planned, disk);
  const { inInode, encodeBlock } = planned.attributes;
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

function storeBody({ node, body }: PlannedNode, disk: Disk): StoredBody {
  const { inode, parent } = node;
  switch (body.kind) {
    case "file": {
      const { runs, content, ranges } = body;
      return storeMapped(inode, runs, content.size, 0, disk, (extents) =>
        copyContent(content, ranges, extents, disk.sink),
      );
    }
    case "list": {
      const seed = inodeSeed(inode, disk.seed);
      const blocks = [encodeLeaf([...dotEntries(inode, parent), ...body.names], seed)];
      const count = blockCount(body.runs);
      while (blocks.length < count) blocks.push(encodeLeaf([], seed));
      return storeBlocks(inode, body.runs, blocks, 0, disk);
    }
    case "index": {
      const blocks = encodeHashed(body.leaves, inode, parent, inodeSeed(inode, disk.seed));
      return storeBlocks(inode, body.runs, blocks, INDEX_FLAG, disk);
    }
    case "long-target":
      return storeMapped(inode, body.runs, body.target.length, 0, disk, ([extent]) =>
        writeBlock(extent?.physical ?? 0, body.target, disk),
      );
    case "short-target":
      return { ...NO_BODY, size: body.target.length, block: body.target };
    case "device":
      return { ...NO_BODY, block: encodeDevice(body.major, body.minor) };
    case "none":
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
): StoredBody {
  const extents = allocateExtents(runs, disk.allocator);
  const tree = buildExtentTree(extents, disk.allocator, inodeSeed(inode, disk.seed));
  fill(extents);
  for (const { block, bytes } of tree.blocks) writeBlock(block, bytes, disk);
  const blocks = blockCount(extents) + tree.blocks.length;
  return { size, blocks, flags: flags | EXTENTS_FLAG, block: tree.root };
}

function storeBlocks(
  inode: number,
  runs: readonly LogicalRun[],
  blocks: Iterable<Uint8Array>,
  flags: number,
  disk: Disk,
): StoredBody {
  return storeMapped(inode, runs, blockCount(runs) * BLOCK_SIZE, flags, disk, (extents) => {
    const places = placesOf(extents);
    for (const bytes of blocks) writeBlock(places.next().value ?? 0, bytes, disk);
  });
}

function blockCount(parts: readonly { readonly count: number }[]): number {
  return parts.reduce((sum, { count }) => sum + count, 0);
}

function* placesOf(extents: readonly Extent[]): Generator<number, undefined> {
  for (const { physical, count } of extents) for (let i = 0; i < count; i++) yield physical + i;
}

function writeBlock(block: number, bytes: Uint8Array, disk: Disk): void {
  disk.sink.write(bytes, block * BLOCK_SIZE);
}
