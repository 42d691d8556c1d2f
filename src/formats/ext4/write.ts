/** Puts the parts together: journal, nodes, bitmaps, descriptors, and superblocks last. */
import { crc32c } from "../../base/crc.ts";
import { Bq2Error } from "../../base/error.ts";
import { nameToBytes } from "../../base/text.ts";
import type { Sink } from "../sink.ts";
import type { Tree } from "../tree.ts";
import { BlockAllocator } from "./allocator.ts";
import { allocateExtents, buildExtentTree } from "./extents.ts";
import { BLOCK_SIZE, type Geometry, hasBackup } from "./geometry.ts";
import { encodeGroups } from "./groups.ts";
import { nameHasher } from "./hash.ts";
import {
  EXTENTS_FLAG,
  encodeInode,
  inodeSeed,
  JOURNAL_INODE,
  KIND_CODES,
  RESIZE_INODE,
  ROOT_INODE,
} from "./inode.ts";
import { InodeTableWriter } from "./inodetable.ts";
import { encodeJournalSuperblock, journalBlocksOf } from "./journal.ts";
import { type Node, nodesOf } from "./nodes.ts";
import { type Demand, demandOf, fittingGeometry, minimumSizeOf, type PlanOptions } from "./plan.ts";
import { mapReservedDescriptors, RESIZE_INODE_SIZE } from "./resize.ts";
import { type Disk, storeNode } from "./store.ts";
import { encodeSuperblock, LABEL_BYTES, type SuperblockValues } from "./superblock.ts";

export interface Ext4Options extends PlanOptions {
  /** Bytes of the image: at least 8 MiB, at most 16 TiB; what is over whole blocks stays unused. */
  readonly size: number;
  /**
   * 16 bytes. A function is called when all but superblocks and the journal's first block is written, so that the
   * UUID may be taken from a digest of what was.
   */
  readonly uuid: Uint8Array | (() => Uint8Array);
  /** Up to 16 bytes as UTF-8; none unless told. */
  readonly label?: string | undefined;
  /** Percent of the blocks kept for the superuser, 0 to 50; 5 unless told. */
  readonly reservedPercent?: number | undefined;
}

export interface Ext4Result {
  /** Bytes that the file system covers; less than `size` where the last group would be too short to be of use. */
  readonly size: number;
  readonly blocks: number;
  readonly freeBlocks: number;
  readonly inodes: number;
  readonly freeInodes: number;
}

const DEFAULT_RESERVED_PERCENT = 5; // mke2fs -m
const PRIMARY_SUPERBLOCK_OFFSET = 1024;

/**
 * Writes a whole ext4 file system that holds `tree` into `sink`, from offset 0; blocks of zeros are left out. The
 * same tree and options give the same bytes. Inode and name checksums start from `hashSeed`, not from the UUID.
 *
 * Throws a Bq2Error before anything is written: `image-too-small` (says how many bytes are needed), `bad-option`,
 * `bad-tree`, `bad-attribute`, `attributes-too-large`, `folder-too-large`.
 *
 * @example
 * writeExt4(tree, sink, { size: 2 ** 30, uuid, hashSeed, epoch: 0, label: "bq2-root" });
 */
export function writeExt4(tree: Tree, sink: Sink, options: Ext4Options): Ext4Result {
  checkOptions(options);
  const nodes = nodesOf(tree, options.epoch);
  const demand = demandOf(nodes, options.hashSeed);
  const geometry = fittingGeometry(Math.floor(options.size / BLOCK_SIZE), demand, options);
  if (geometry === undefined) throw tooSmall(options, demand);

  const seed = crc32c(options.hashSeed, 0xffffffff);
  const disk: Disk = {
    sink,
    allocator: new BlockAllocator(geometry),
    inodes: new InodeTableWriter(geometry, sink),
    seed,
    epoch: options.epoch,
    hashOf: nameHasher(options.hashSeed),
  };
  const journal = storeNodes(nodes, geometry, disk);
  const groups = encodeGroups(
    geometry,
    {
      nextBlock: disk.allocator.next,
      lastInode: demand.inodes,
      foldersIn: folderCounter(nodes, geometry),
      seed,
    },
    (block, bytes) => sink.write(bytes, block * BLOCK_SIZE),
  );
  const uuid = typeof options.uuid === "function" ? options.uuid() : options.uuid;
  checkUuid(uuid);
  sink.write(encodeJournalSuperblock(journal.blocks, uuid), journal.firstBlock * BLOCK_SIZE);
  const values: SuperblockValues = {
    inodes: geometry.inodesPerGroup * geometry.groups.length,
    blocks: geometry.blocks,
    reservedBlocks: Math.floor(
      (geometry.blocks * (options.reservedPercent ?? DEFAULT_RESERVED_PERCENT)) / 100,
    ),
    freeBlocks: groups.freeBlocks,
    freeInodes: groups.freeInodes,
    inodesPerGroup: geometry.inodesPerGroup,
    reservedDescriptorBlocks: geometry.reservedDescriptorBlocks,
    overheadBlocks: geometry.metadataBlocks + journal.blocks,
    epoch: options.epoch,
    uuid,
    label: nameToBytes(options.label ?? ""),
    hashSeed: options.hashSeed,
    checksumSeed: seed,
    journal: { iBlock: journal.iBlock, size: journal.blocks * BLOCK_SIZE },
  };
  writeSuperblocks(geometry, values, groups.descriptors, sink);
  const { blocks, freeBlocks, inodes, freeInodes } = values;
  return { size: blocks * BLOCK_SIZE, blocks, freeBlocks, inodes, freeInodes };
}

/** Journal and resize inode take their blocks first, so that they lie together; inodes are written in order. */
function storeNodes(nodes: readonly Node[], geometry: Geometry, disk: Disk): Journal {
  const journal = placeJournal(geometry, disk);
  const doubleIndirect = disk.allocator.takeOne();
  const [root, ...others] = nodes;
  if (root?.inode !== ROOT_INODE) throw new RangeError("Cannot store nodes: the root is not the first");
  storeNode(root, disk);
  storeResizeInode(geometry, doubleIndirect, disk);
  storeSystemFile(
    JOURNAL_INODE,
    journal.blocks * BLOCK_SIZE,
    journal.usedBlocks,
    EXTENTS_FLAG,
    journal.iBlock,
    disk,
  );
  for (const node of others) storeNode(node, disk);
  disk.inodes.flush();
  return journal;
}

interface Journal {
  readonly firstBlock: number;
  readonly blocks: number;
  /** With the blocks of its extent tree. */
  readonly usedBlocks: number;
  readonly iBlock: Uint8Array;
}

function placeJournal(geometry: Geometry, disk: Disk): Journal {
  const blocks = journalBlocksOf(geometry.blocks);
  const extents = allocateExtents([{ logical: 0, count: blocks }], disk.allocator);
  const tree = buildExtentTree(extents, disk.allocator, inodeSeed(JOURNAL_INODE, disk.seed));
  for (const { block, bytes } of tree.blocks) disk.sink.write(bytes, block * BLOCK_SIZE);
  const usedBlocks = blocks + tree.blocks.length;
  return { firstBlock: extents[0]?.physical ?? 0, blocks, usedBlocks, iBlock: tree.root };
}

function storeResizeInode(geometry: Geometry, doubleIndirect: number, disk: Disk): void {
  const map = mapReservedDescriptors(geometry, doubleIndirect);
  for (const { block, bytes } of map.blocks) disk.sink.write(bytes, block * BLOCK_SIZE);
  storeSystemFile(RESIZE_INODE, RESIZE_INODE_SIZE, map.blockCount, 0, map.iBlock, disk);
}

function storeSystemFile(
  inode: number,
  size: number,
  blocks: number,
  flags: number,
  block: Uint8Array,
  disk: Disk,
): void {
  const mode = KIND_CODES.file.mode | 0o600;
  const owner = { uid: 0, gid: 0, links: 1, attributeBlock: 0, attributes: new Uint8Array(0) };
  const values = { ...owner, mode, size, mtime: disk.epoch, blocks, flags, block };
  encodeInode(disk.inodes.place(inode), values, inode, disk.epoch, disk.seed);
}

function folderCounter(nodes: readonly Node[], geometry: Geometry): (group: number) => number {
  const counts = new Uint32Array(geometry.groups.length);
  for (const { entry, inode } of nodes) {
    if (entry.kind !== "folder") continue;
    const group = Math.floor((inode - 1) / geometry.inodesPerGroup);
    counts[group] = (counts[group] as number) + 1;
  }
  return (group) => counts[group] as number;
}

/** Backups first: an image that was cut off has no valid superblock. */
function writeSuperblocks(
  geometry: Geometry,
  values: SuperblockValues,
  descriptors: Uint8Array,
  sink: Sink,
): void {
  const backups = geometry.groups.flatMap((group, number) =>
    hasBackup(number) ? [{ ...group, number }] : [],
  );
  for (const { start, number } of backups) {
    sink.write(descriptors, (start + 1) * BLOCK_SIZE);
    sink.write(encodeSuperblock(values, number), start * BLOCK_SIZE);
  }
  sink.write(descriptors, BLOCK_SIZE);
  sink.write(encodeSuperblock(values, 0), PRIMARY_SUPERBLOCK_OFFSET);
}

function checkOptions(options: Ext4Options): void {
  const check = (isRight: boolean, wanted: string, found: unknown) => {
    if (!isRight) throw badOption(wanted, found);
  };
  const {
    size,
    epoch,
    hashSeed,
    label = "",
    reservedPercent = DEFAULT_RESERVED_PERCENT,
    bytesPerInode,
  } = options;
  check(Number.isSafeInteger(size) && size > 0, "a size in bytes", size);
  check(
    Number.isInteger(epoch) && epoch >= 0 && epoch < 2 ** 32,
    "an epoch from 0 to 2^32 - 1 seconds",
    epoch,
  );
  check(hashSeed.length === 16, "a hash seed of 16 bytes", hashSeed.length);
  check(nameToBytes(label).length <= LABEL_BYTES, `a label of up to ${LABEL_BYTES} bytes`, label);
  check(reservedPercent >= 0 && reservedPercent <= 50, "0 to 50 percent reserved", reservedPercent);
  check(bytesPerInode === undefined || bytesPerInode >= 1024, "1024 or more bytes per inode", bytesPerInode);
  if (typeof options.uuid !== "function") checkUuid(options.uuid);
}

function checkUuid(uuid: Uint8Array): void {
  if (uuid.length !== 16) throw badOption("a UUID of 16 bytes", uuid.length);
}

function badOption(wanted: string, found: unknown): Bq2Error {
  return new Bq2Error(`Cannot write ext4: ${wanted} is wanted, found ${String(found)}`, {
    code: "bad-option",
  });
}

function tooSmall(options: Ext4Options, demand: Demand): Bq2Error {
  const needed = minimumSizeOf(demand, options);
  return new Bq2Error(`Cannot write ext4: the tree needs ${needed} bytes, the image has ${options.size}`, {
    code: "image-too-small",
    hint: `give a size of at least ${Math.ceil(needed / 2 ** 20)} MiB`,
  });
}
