/**
 * Writes ext4 file systems: takes a tree and writes the blocks of an image, with no mkfs, mount or root.
 *
 * Subset: writes, does not read; whole images, made once. Files with holes, folders with hashed indexes, fast
 * and slow symbolic links, hard links, devices, fifos, sockets, extended attributes and ACLs; a journal, room
 * to grow online, checksums on all metadata. 4 KiB blocks, 8 MiB to 16 TiB. Times of change, access and
 * creation are one fixed epoch. Not supported: inline data, attribute values larger than a block, encryption,
 * case folding, quotas, bigalloc, meta_bg, orphan file, file systems without a journal.
 *
 * Source: Linux, Documentation/filesystems/ext4. Where there is a choice, it is mke2fs's (e2fsprogs 1.47).
 */

export type { Ext4Options, PlanOptions } from "./options.ts";
export { type Ext4Plan, planExt4 } from "./plan.ts";
export { type Ext4Result, writeExt4 } from "./write.ts";
