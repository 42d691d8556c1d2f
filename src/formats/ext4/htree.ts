/**
 * Directories of more than one block: leaves sorted by the hash of their names, and an index over them.
 *
 * Subset: one or two levels of index (no largedir), so at most 258,570 leaf blocks, about 1 GiB; leaves are
 * filled to the end.
 * Source: Linux, Documentation/filesystems/ext4/directory.rst ("Hash Tree Directories").
 */
import { crc32c } from "../../base/crc.ts";
import { Bq2Error } from "../../base/error.ts";
import { struct, u8, u16, u32 } from "../../base/struct.ts";
import { compareBytes } from "../../base/text.ts";
import {
  type DirectoryEntry,
  dotEntries,
  EntryHeader,
  encodeEntry,
  encodeLeaf,
  entriesSize,
  entrySize,
  LEAF_BYTES,
} from "./directory.ts";
import { BLOCK_SIZE } from "./geometry.ts";
import type { NameHash } from "./hash.ts";

export const HALF_MD4 = 1; // DX_HASH_HALF_MD4; superblock flags say whether over signed or unsigned bytes

const RootInfo = struct("dx_root_info", 8, {
  reserved: u32,
  hashVersion: u8,
  infoLength: u8,
  indirectLevels: u8,
  flags: u8,
});
const IndexEntry = struct("dx_entry", 8, { hash: u32, block: u32 });
/** Replaces the first entry's hash. */
const CountLimit = struct("dx_countlimit", 4, { limit: u16, count: u16 });
const IndexTail = struct("dx_tail", 8, { reserved: u32, checksum: u32 });

const DOT_BYTES = entrySize(1);
const ROOT_ENTRIES_AT = 2 * DOT_BYTES + RootInfo.size;
const NODE_ENTRIES_AT = EntryHeader.size;
const ROOT_LIMIT = limitFrom(ROOT_ENTRIES_AT);
const NODE_LIMIT = limitFrom(NODE_ENTRIES_AT);

function limitFrom(entriesAt: number): number {
  return Math.floor((BLOCK_SIZE - entriesAt - IndexTail.size) / IndexEntry.size);
}

/** A leaf block: its entries, and the smallest hash among them as stated in the index. */
export interface Leaf {
  readonly hash: number;
  readonly entries: readonly DirectoryEntry[];
}

interface Hashed {
  readonly entry: DirectoryEntry;
  readonly hash: NameHash;
}

/** Sorts by hash and divides into leaves. Throws `folder-too-large`, with `path`, if there are too many. */
export function packLeaves(
  entries: readonly DirectoryEntry[],
  hashOf: (name: Uint8Array) => NameHash,
  path: string,
): Leaf[] {
  const hashed = entries.map((entry) => ({ entry, hash: hashOf(entry.name) })).sort(compareHashed);
  const leaves: { hash: number; entries: DirectoryEntry[] }[] = [];
  let room = 0;
  let previous = -1;
  for (const { entry, hash } of hashed) {
    const size = entrySize(entry.name.length);
    if (size > room) {
      // Low bit: the leaf before this one has names with this hash too.
      const isContinued = hash.major === previous;
      leaves.push({ hash: leaves.length === 0 ? 0 : hash.major + (isContinued ? 1 : 0), entries: [] });
      room = LEAF_BYTES;
    }
    leaves.at(-1)?.entries.push(entry);
    room -= size;
    previous = hash.major;
  }
  if (leaves.length > ROOT_LIMIT * NODE_LIMIT) {
    throw new Bq2Error(
      `Cannot store folder "${path}": ${entries.length} names take ${leaves.length} blocks, ext4 indexes ${ROOT_LIMIT * NODE_LIMIT}`,
      { code: "folder-too-large", hint: "spread its contents over several folders" },
    );
  }
  return leaves;
}

function compareHashed(a: Hashed, b: Hashed): number {
  if (a.hash.major !== b.hash.major) return a.hash.major - b.hash.major;
  if (a.hash.minor !== b.hash.minor) return a.hash.minor - b.hash.minor;
  return compareBytes(a.entry.name, b.entry.name);
}

/** Whether the entries, with `.` and `..`, fit into one block without an index. */
export function fitsOneBlock(entries: readonly DirectoryEntry[]): boolean {
  return 2 * DOT_BYTES + entriesSize(entries) <= LEAF_BYTES;
}

/** Blocks of a hashed directory: root, inner nodes (for more leaves than the root can list) and leaves. */
export function hashedBlockCount(leafCount: number): number {
  return 1 + nodeCountOf(leafCount) + leafCount;
}

function nodeCountOf(leafCount: number): number {
  return leafCount <= ROOT_LIMIT ? 0 : Math.ceil(leafCount / NODE_LIMIT);
}

/** All blocks in order: root, nodes, leaves. `seed`: `inodeSeed` of the directory. */
export function* encodeHashed(
  leaves: readonly Leaf[],
  self: number,
  parent: number,
  seed: number,
): Generator<Uint8Array> {
  const nodeCount = nodeCountOf(leaves.length);
  const leafEntries = leaves.map((leaf, i) => ({ hash: leaf.hash, block: 1 + nodeCount + i }));
  if (nodeCount === 0) {
    yield encodeRoot(leafEntries, 0, self, parent, seed);
  } else {
    const parts = Array.from({ length: nodeCount }, (_, i) =>
      leafEntries.slice(i * NODE_LIMIT, (i + 1) * NODE_LIMIT),
    );
    const nodeEntries = parts.map((part, i) => ({ hash: part[0]?.hash ?? 0, block: 1 + i }));
    yield encodeRoot(nodeEntries, 1, self, parent, seed);
    for (const part of parts) yield encodeNode(part, seed);
  }
  for (const leaf of leaves) yield encodeLeaf(leaf.entries, seed);
}

interface IndexValue {
  readonly hash: number;
  readonly block: number;
}

/** To readers without dir_index the root looks like a block with `.` and `..`, a node like an empty block. */
function encodeRoot(
  entries: readonly IndexValue[],
  indirectLevels: number,
  self: number,
  parent: number,
  seed: number,
): Uint8Array {
  const block = new Uint8Array(BLOCK_SIZE);
  const [dot, dotDot] = dotEntries(self, parent);
  encodeEntry(block, 0, dot, DOT_BYTES);
  encodeEntry(block, DOT_BYTES, dotDot, BLOCK_SIZE - DOT_BYTES);
  RootInfo.encodeInto(block, 2 * DOT_BYTES, {
    hashVersion: HALF_MD4,
    infoLength: RootInfo.size,
    indirectLevels,
  });
  return encodeIndex(block, ROOT_ENTRIES_AT, ROOT_LIMIT, entries, seed);
}

function encodeNode(entries: readonly IndexValue[], seed: number): Uint8Array {
  const block = new Uint8Array(BLOCK_SIZE);
  EntryHeader.encodeInto(block, 0, { recordLength: BLOCK_SIZE });
  return encodeIndex(block, NODE_ENTRIES_AT, NODE_LIMIT, entries, seed);
}

function encodeIndex(
  block: Uint8Array,
  at: number,
  limit: number,
  entries: readonly IndexValue[],
  seed: number,
): Uint8Array {
  for (const [i, entry] of entries.entries()) IndexEntry.encodeInto(block, at + i * IndexEntry.size, entry);
  CountLimit.encodeInto(block, at, { limit, count: entries.length });
  const tailAt = at + limit * IndexEntry.size;
  const covered = crc32c(block.subarray(0, at + entries.length * IndexEntry.size), seed);
  IndexTail.encodeInto(block, tailAt, { checksum: crc32c(new Uint8Array(IndexTail.size), covered) });
  return block;
}
