/**
 * The resize inode: a file that owns the blocks reserved for more group descriptors, so that `resize2fs` can
 * grow the file system while it is mounted. It is mapped the ext2 way: one double-indirect block, which lists
 * the reserved blocks after the first descriptors; each of these lists its copies in the backup groups.
 *
 * Source: e2fsprogs, lib/ext2fs/res_gdt.c (`ext2fs_create_resize_inode`).
 */
import { u32 } from "../../base/struct.ts";
import { BLOCK_SIZE, type Geometry, hasBackup } from "./geometry.ts";

const ADDRESSES = BLOCK_SIZE / 4;
const DIRECT_BLOCKS = 12; // EXT2_NDIR_BLOCKS
const DOUBLE_INDIRECT_AT = 13 * 4; // i_block[EXT2_DIND_BLOCK]

/** Bytes: all that direct, indirect and double-indirect blocks can reach. */
export const RESIZE_INODE_SIZE = (DIRECT_BLOCKS + ADDRESSES + ADDRESSES * ADDRESSES) * BLOCK_SIZE;

export interface ResizeMap {
  /** The inode's `i_block`. */
  readonly iBlock: Uint8Array;
  /** Blocks that it owns. */
  readonly blockCount: number;
  readonly blocks: readonly { readonly block: number; readonly bytes: Uint8Array }[];
}

/** `doubleIndirect`: the block for the list of lists. */
export function mapReservedDescriptors(geometry: Geometry, doubleIndirect: number): ResizeMap {
  const backups = geometry.groups.flatMap((group, number) => (hasBackup(number) ? [group.start] : []));
  const lists: { block: number; bytes: Uint8Array }[] = [];
  const listOfLists = new Uint8Array(BLOCK_SIZE);
  const listOfListsView = new DataView(listOfLists.buffer);
  for (let i = 0; i < geometry.reservedDescriptorBlocks; i++) {
    const index = geometry.descriptorBlocks + i;
    const block = 1 + index;
    u32.write(listOfListsView, (index % ADDRESSES) * 4, block);
    lists.push({ block, bytes: encodeAddresses(backups.map((start) => start + block)) });
  }
  const iBlock = new Uint8Array(DOUBLE_INDIRECT_AT + 4);
  u32.write(new DataView(iBlock.buffer), DOUBLE_INDIRECT_AT, doubleIndirect);
  return {
    iBlock,
    blockCount: 1 + lists.length * (1 + backups.length),
    blocks: [{ block: doubleIndirect, bytes: listOfLists }, ...lists],
  };
}

function encodeAddresses(addresses: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(BLOCK_SIZE);
  const view = new DataView(bytes.buffer);
  for (const [i, address] of addresses.entries()) u32.write(view, i * 4, address);
  return bytes;
}
