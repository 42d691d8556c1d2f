/**
 * Extended attributes: those that fit go into the inode, the others into one separate block.
 *
 * Subset: values are not larger than that block (no ea_inode), and no block is shared between inodes.
 * Source: Linux, Documentation/filesystems/ext4/attributes.rst; hashes: fs/ext4/xattr.c
 * (`ext4_xattr_hash_entry`).
 */
import { alignUp } from "../../base/bytes.ts";
import { crc32c } from "../../base/crc.ts";
import { Bq2Error } from "../../base/error.ts";
import { reserved, struct, u8, u16, u32, u64 } from "../../base/struct.ts";
import { compareBytes, nameToBytes } from "../../base/text.ts";
import { aclToDisk } from "./acl.ts";
import { BLOCK_SIZE } from "./geometry.ts";
import { INODE_ATTRIBUTE_BYTES } from "./inode.ts";

const ATTRIBUTE_MAGIC = 0xea020000; // EXT4_XATTR_MAGIC

const InodeHeader = struct("ext4_xattr_ibody_header", 4, { magic: u32 });
const BlockHeader = struct("ext4_xattr_header", 32, {
  magic: u32,
  referenceCount: u32,
  blockCount: u32,
  hash: u32,
  checksum: u32,
  reserved: reserved(12),
});
const AttributeEntry = struct("ext4_xattr_entry", 16, {
  nameLength: u8,
  nameIndex: u8,
  valueOffset: u16,
  valueInode: u32,
  valueSize: u32,
  hash: u32,
});
const BlockNumber = struct("checksum prefix", 8, { block: u64 });
/** Four zero bytes end the list of entries. */
const TERMINATOR_BYTES = 4;
const INODE_ROOM = INODE_ATTRIBUTE_BYTES - InodeHeader.size - TERMINATOR_BYTES;
const BLOCK_ROOM = BLOCK_SIZE - BlockHeader.size - TERMINATOR_BYTES;
const MAX_SUFFIX_BYTES = 255; // e_name_len

/** Name prefixes that are stored as a number (fs/ext4/xattr.h, EXT4_XATTR_INDEX_*). */
const NAME_INDEXES: readonly {
  readonly prefix: string;
  readonly index: number;
  readonly isWholeName: boolean;
}[] = [
  { prefix: "user.", index: 1, isWholeName: false },
  { prefix: "system.posix_acl_access", index: 2, isWholeName: true },
  { prefix: "system.posix_acl_default", index: 3, isWholeName: true },
  { prefix: "trusted.", index: 4, isWholeName: false },
  { prefix: "security.", index: 6, isWholeName: false },
];

interface Attribute {
  readonly index: number;
  /** The part of the name after the prefix. */
  readonly suffix: Uint8Array;
  readonly value: Uint8Array;
}

export interface AttributePlaces {
  /** For the end of the inode; empty if there are none. */
  readonly inInode: Uint8Array;
  /** The attribute block, once its number is known; `undefined` if none is needed. */
  readonly encodeBlock: ((block: number, seed: number) => Uint8Array) | undefined;
}

const NONE: AttributePlaces = { inInode: new Uint8Array(0), encodeBlock: undefined };

/**
 * Decides where each attribute of the entry at `path` goes. Throws a Bq2Error: `bad-attribute` for a name or
 * value that ext4 cannot store, `attributes-too-large` if they do not all fit.
 */
export function placeAttributes(attributes: ReadonlyMap<string, Uint8Array>, path: string): AttributePlaces {
  if (attributes.size === 0) return NONE;
  const sorted = Array.from(attributes, ([name, value]) => toAttribute(name, value, path)).sort(
    compareAttributes,
  );
  const inInode: Attribute[] = [];
  const inBlock: Attribute[] = [];
  let inodeRoom = INODE_ROOM;
  let blockRoom = BLOCK_ROOM;
  for (const attribute of sorted) {
    const size = sizeOf(attribute);
    if (size <= inodeRoom) {
      inInode.push(attribute);
      inodeRoom -= size;
    } else {
      inBlock.push(attribute);
      blockRoom -= size;
    }
  }
  if (blockRoom < 0) {
    throw new Bq2Error(
      `Cannot store the attributes of "${path}": ext4 has ${BLOCK_ROOM} bytes outside the inode, ${BLOCK_ROOM - blockRoom} are needed`,
      { code: "attributes-too-large", hint: "remove or shorten some of its extended attributes" },
    );
  }
  return {
    inInode: inInode.length === 0 ? NONE.inInode : encodeForInode(inInode),
    encodeBlock: inBlock.length === 0 ? undefined : (block, seed) => encodeBlock(inBlock, block, seed),
  };
}

function toAttribute(name: string, value: Uint8Array, path: string): Attribute {
  const match = NAME_INDEXES.find(({ prefix, isWholeName }) =>
    isWholeName ? name === prefix : name.startsWith(prefix),
  );
  const suffix = nameToBytes(name.slice(match?.prefix.length ?? 0));
  const isNamed = match?.isWholeName === true || suffix.length > 0;
  if (match === undefined || !isNamed || suffix.length > MAX_SUFFIX_BYTES || suffix.includes(0)) {
    throw new Bq2Error(
      `Cannot store attribute "${name}" of "${path}": ext4 stores user.*, trusted.*, security.* (up to ${MAX_SUFFIX_BYTES} bytes after the dot) and POSIX ACLs`,
      { code: "bad-attribute", hint: "remove it from the tree" },
    );
  }
  return { index: match.index, suffix, value: match.isWholeName ? aclToDisk(value, path) : value };
}

/** The order in which the kernel searches blocks (fs/ext4/xattr.c: `xattr_find_entry`). */
function compareAttributes(a: Attribute, b: Attribute): number {
  return a.index - b.index || a.suffix.length - b.suffix.length || compareBytes(a.suffix, b.suffix);
}

function entrySizeOf(attribute: Attribute): number {
  return alignUp(AttributeEntry.size + attribute.suffix.length, 4);
}

function sizeOf(attribute: Attribute): number {
  return entrySizeOf(attribute) + alignUp(attribute.value.length, 4);
}

function encodeForInode(attributes: readonly Attribute[]): Uint8Array {
  const bytes = new Uint8Array(INODE_ATTRIBUTE_BYTES);
  InodeHeader.encodeInto(bytes, 0, { magic: ATTRIBUTE_MAGIC });
  encodeEntries(bytes.subarray(InodeHeader.size), 0, attributes);
  return bytes;
}

function encodeBlock(attributes: readonly Attribute[], block: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(BLOCK_SIZE);
  const hashes = encodeEntries(bytes, BlockHeader.size, attributes);
  // ext4_xattr_rehash: over the hashes of the entries
  const hash = hashes.reduce((sum, entryHash) => (rotateLeft(sum, 16) ^ entryHash) >>> 0, 0);
  const header = { magic: ATTRIBUTE_MAGIC, referenceCount: 1, blockCount: 1, hash };
  BlockHeader.encodeInto(bytes, 0, header);
  const checksum = crc32c(bytes, crc32c(BlockNumber.encode({ block }), seed));
  BlockHeader.encodeInto(bytes, 0, { ...header, checksum });
  return bytes;
}

/**
 * Writes entries from `at` up and values from the end of `area` down; offsets count from its start. Returns
 * the hashes.
 */
function encodeEntries(area: Uint8Array, at: number, attributes: readonly Attribute[]): number[] {
  let entryAt = at;
  let valueAt = area.length;
  return attributes.map((attribute) => {
    const { index, suffix, value } = attribute;
    valueAt -= alignUp(value.length, 4);
    area.set(value, valueAt);
    const hash = entryHash(suffix, area.subarray(valueAt, valueAt + alignUp(value.length, 4)));
    AttributeEntry.encodeInto(area, entryAt, {
      nameLength: suffix.length,
      nameIndex: index,
      valueOffset: value.length === 0 ? 0 : valueAt,
      valueSize: value.length,
      hash,
    });
    area.set(suffix, entryAt + AttributeEntry.size);
    entryAt += entrySizeOf(attribute);
    return hash;
  });
}

/** Over the bytes of the name (unsigned) and the words of the value padded with zeros. */
function entryHash(suffix: Uint8Array, paddedValue: Uint8Array): number {
  let hash = 0;
  for (const byte of suffix) hash = rotateLeft(hash, 5) ^ byte;
  const view = new DataView(paddedValue.buffer, paddedValue.byteOffset, paddedValue.length);
  for (let at = 0; at < paddedValue.length; at += 4) hash = rotateLeft(hash, 16) ^ u32.read(view, at);
  return hash >>> 0;
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
