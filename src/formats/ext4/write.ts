/** Writes the parts in order: journal, nodes, bitmaps, descriptors, and superblocks last. */
import { crc32c } from "../../base/crc.ts";
import { Bq2Error } from "../../base/error.ts";
import { nameToBytes } from "../../base/text.ts";
import type { Sink } from "../sink.ts";
import { BlockAllocator } from "./allocator.ts";
import type { PlannedNode } from "./bodies.ts";
import { BLOCK_SIZE, type Geometry, hasBackup } from "./geometry.ts";
import { type EncodedGroups, encodeGroups } from "./groups.ts";
import { JOURNAL_INODE, RESIZE_INODE, ROOT_INODE } from "./inode.ts";
import { InodeTableWriter } from "./inodetable.ts";
import { encodeJournalSuperblock, journalBlocksOf } from "./journal.ts";
import {
  checkOptions,
  checkUuid,
  DEFAULT_RESERVED_PERCENT,
  type Ext4Options,
  type PlanOptions,
} from "./options.ts";
import { type Ext4Plan, fittingGeometry } from "./plan.ts";
import { type Disk, storeNode } from "./store.ts";
import { encodeSuperblock, type SuperblockValues } from "./superblock.ts";
import { type PlacedFile, placeJournal, placeReservedDescriptors, storeSystemInode } from "./system.ts";

export interface Ext4Result {
  /**
   * Bytes that the file system covers: less than `size` if the last group would be too short to be useful.
   */
  readonly size: number;
  readonly blocks: number;
  readonly freeBlocks: number;
  readonly inodes: number;
  readonly freeInodes: number;
}

const PRIMARY_SUPERBLOCK_OFFSET = 1024;

/**
 * Writes a whole ext4 file system with the planned tree to `sink`, from offset 0; blocks of zeros are left
 * out. The same tree and options give the same bytes. Checksums and name hashes start from the plan's
 * `hashSeed`, not from the UUID.
 *
 * Throws a Bq2Error before anything is written: `image-too-small` (with the size needed), `bad-option`.
 *
 * @example
 * writeExt4(planExt4(tree, { hashSeed, epoch: 0 }), sink, { size: 2 ** 30, uuid, label: "bq2-root" });
 */
export function writeExt4(plan: Ext4Plan, sink: Sink, options: Ext4Options): Ext4Result {
  checkOptions(options);
  const geometry = fittingGeometry(Math.floor(options.size / BLOCK_SIZE), plan);
  if (geometry === undefined) throw tooSmall(options.size, plan);

  const { hashSeed, epoch } = plan.options;
  const disk: Disk = {
    sink,
    allocator: new BlockAllocator(geometry),
    inodes: new InodeTableWriter(geometry, sink),
    seed: crc32c(hashSeed, 0xffffffff),
    epoch,
  };
  const journal = storeNodes(plan.nodes, geometry, disk);
  const usage = {
    nextBlock: disk.allocator.next,
    lastInode: plan.inodes,
    foldersIn: folderCounter(plan.nodes, geometry),
    seed: disk.seed,
  };
  const groups = encodeGroups(geometry, usage, (block, bytes) => sink.write(bytes, block * BLOCK_SIZE));

  const uuid = typeof options.uuid === "function" ? options.uuid() : options.uuid;
  checkUuid(uuid);
  const journalBlocks = journalBlocksOf(geometry.blocks);
  sink.write(encodeJournalSuperblock(journalBlocks, uuid), journal.firstBlock * BLOCK_SIZE);
  const values = superblockValues(plan.options, options, uuid, geometry, groups, journal, disk.seed);
  writeSuperblocks(geometry, values, groups.descriptors, sink);
  const { blocks, freeBlocks, inodes, freeInodes } = values;
  return { size: blocks * BLOCK_SIZE, blocks, freeBlocks, inodes, freeInodes };
}

/** Stores everything that has an inode, in the order of inodes; the journal's blocks come first. */
function storeNodes(nodes: readonly PlannedNode[], geometry: Geometry, disk: Disk): PlacedFile {
  const journal = placeJournal(geometry, disk);
  const reservedDescriptors = placeReservedDescriptors(geometry, disk);
  for (const planned of nodes) {
    storeNode(planned, disk);
    if (planned.node.inode !== ROOT_INODE) continue;
    storeSystemInode(RESIZE_INODE, reservedDescriptors, disk);
    storeSystemInode(JOURNAL_INODE, journal, disk);
  }
  disk.inodes.flush();
  return journal;
}

function folderCounter(nodes: readonly PlannedNode[], geometry: Geometry): (group: number) => number {
  const counts = new Uint32Array(geometry.groups.length);
  for (const {
    node: { entry, inode },
  } of nodes) {
    if (entry.kind !== "folder") continue;
    const group = Math.floor((inode - 1) / geometry.inodesPerGroup);
    counts[group] = (counts[group] as number) + 1;
  }
  return (group) => counts[group] as number;
}

function superblockValues(
  planned: PlanOptions,
  options: Ext4Options,
  uuid: Uint8Array,
  geometry: Geometry,
  groups: EncodedGroups,
  journal: PlacedFile,
  checksumSeed: number,
): SuperblockValues {
  const reservedPercent = options.reservedPercent ?? DEFAULT_RESERVED_PERCENT;
  return {
    inodes: geometry.inodesPerGroup * geometry.groups.length,
    blocks: geometry.blocks,
    reservedBlocks: Math.floor((geometry.blocks * reservedPercent) / 100),
    freeBlocks: groups.freeBlocks,
    freeInodes: groups.freeInodes,
    inodesPerGroup: geometry.inodesPerGroup,
    reservedDescriptorBlocks: geometry.reservedDescriptorBlocks,
    overheadBlocks: geometry.metadataBlocks + journal.size / BLOCK_SIZE,
    epoch: planned.epoch,
    uuid,
    label: nameToBytes(options.label ?? ""),
    hashSeed: planned.hashSeed,
    checksumSeed,
    journal,
  };
}

/** Backups first, so that an interrupted image has no valid superblock. */
function writeSuperblocks(
  geometry: Geometry,
  values: SuperblockValues,
  descriptors: Uint8Array,
  sink: Sink,
): void {
  for (const [number, { start }] of geometry.groups.entries()) {
    if (!hasBackup(number)) continue;
    sink.write(descriptors, (start + 1) * BLOCK_SIZE);
    sink.write(encodeSuperblock(values, number), start * BLOCK_SIZE);
  }
  sink.write(descriptors, BLOCK_SIZE);
  sink.write(encodeSuperblock(values, 0), PRIMARY_SUPERBLOCK_OFFSET);
}

function tooSmall(size: number, plan: Ext4Plan): Bq2Error {
  const needed = plan.minimumSize;
  return new Bq2Error(`Cannot write ext4: the tree needs ${needed} bytes, the image has ${size}`, {
    code: "image-too-small",
    hint: `give a size of at least ${Math.ceil(needed / 2 ** 20)} MiB`,
  });
}
