/**
 * Directory blocks: names with inode numbers, one after another, and a checksum at the end.
 * Source: Linux, Documentation/filesystems/ext4/directory.rst ("Linear (Classic) Directories").
 */
import { alignUp } from "../../base/bytes.ts";
import { crc32c } from "../../base/crc.ts";
import { struct, u8, u16, u32 } from "../../base/struct.ts";
import { BLOCK_SIZE } from "./geometry.ts";
import { KIND_CODES } from "./inode.ts";

export const MAX_NAME_BYTES = 255; // EXT4_NAME_LEN

export const EntryHeader = struct("ext4_dir_entry_2", 8, {
  inode: u32,
  recordLength: u16,
  nameLength: u8,
  fileType: u8,
});

/** The last entry of a block: an unused one with the checksum of everything before it. */
const EntryTail = struct("ext4_dir_entry_tail", 12, {
  inode: u32,
  recordLength: u16,
  nameLength: u8,
  fileType: u8,
  checksum: u32,
});
const TAIL_TYPE = 0xde; // EXT4_FT_DIR_CSUM

/** Bytes of a block that hold entries. */
export const LEAF_BYTES = BLOCK_SIZE - EntryTail.size;

export interface DirectoryEntry {
  readonly name: Uint8Array;
  readonly inode: number;
  /** `FT_*`, see `KIND_CODES`. */
  readonly fileType: number;
}

const DOT = Uint8Array.of(0x2e);
const DOT_DOT = Uint8Array.of(0x2e, 0x2e);

/** `.` and `..`, with which every directory begins. */
export function dotEntries(self: number, parent: number): [DirectoryEntry, DirectoryEntry] {
  const { fileType } = KIND_CODES.folder;
  return [
    { name: DOT, inode: self, fileType },
    { name: DOT_DOT, inode: parent, fileType },
  ];
}

/** Bytes that an entry takes: header and name, rounded up to four. */
export function entrySize(nameLength: number): number {
  return alignUp(EntryHeader.size + nameLength, 4);
}

export function entriesSize(entries: readonly DirectoryEntry[]): number {
  return entries.reduce((sum, entry) => sum + entrySize(entry.name.length), 0);
}

/** Writes one entry that takes `recordLength` bytes, padding included. */
export function encodeEntry(
  block: Uint8Array,
  at: number,
  entry: DirectoryEntry,
  recordLength: number,
): void {
  const { inode, fileType, name } = entry;
  EntryHeader.encodeInto(block, at, { inode, recordLength, nameLength: name.length, fileType });
  block.set(name, at + EntryHeader.size);
}

/**
 * A block of entries, which must fit in {@link LEAF_BYTES}; an empty block if there are none. `seed`:
 * `inodeSeed` of the directory.
 */
export function encodeLeaf(entries: readonly DirectoryEntry[], seed: number): Uint8Array {
  const block = new Uint8Array(BLOCK_SIZE);
  let at = 0;
  entries.forEach((entry, i) => {
    const isLast = i === entries.length - 1;
    const length = isLast ? LEAF_BYTES - at : entrySize(entry.name.length);
    encodeEntry(block, at, entry, length);
    at += length;
  });
  if (entries.length === 0) EntryHeader.encodeInto(block, 0, { recordLength: LEAF_BYTES });
  EntryTail.encodeInto(block, LEAF_BYTES, {
    recordLength: EntryTail.size,
    fileType: TAIL_TYPE,
    checksum: crc32c(block.subarray(0, LEAF_BYTES), seed),
  });
  return block;
}
