/** The layout of the disk: an EFI system partition, then the root file system up to the end. */
import { alignUp } from "../base/bytes.ts";
import { fat32SizeFor } from "../formats/fat32/fat32.ts";
import type { FatFile } from "../formats/fat32/folders.ts";

export const MIB: number = 1024 * 1024;
export const GIB: number = 1024 * MIB;

/** Partitions start at multiples of this; the backup partition table has the last such unit to itself. */
export const ALIGNMENT: number = MIB;

/**
 * The disk is sparse, so its size takes no space, but the sha256 of the raw disk covers every byte, even
 * zeros: about 5 seconds for 8 GiB on a CPU with SHA instructions, 20 and more without.
 */
export const DEFAULT_DISK_SIZE: number = 8 * GIB;

/** Holds several kernels, and is well above FAT32's minimum. */
const ESP_SIZE_MIN = 64 * MIB;

/** A partition's place on the disk, in bytes. */
export interface PartitionRange {
  readonly start: number;
  readonly size: number;
}

export interface DiskLayout {
  readonly esp: PartitionRange;
  /** Its size is zero or less if the disk is too small. */
  readonly root: PartitionRange;
}

export function layOutDisk(diskSize: number, espFiles: readonly FatFile[]): DiskLayout {
  const roomForTwo = fat32SizeFor([...espFiles, ...espFiles]); // the next kernel beside this one
  const esp = { start: ALIGNMENT, size: Math.max(ESP_SIZE_MIN, roomForTwo) };
  const rootStart = esp.start + esp.size;
  const rootEnd = diskSize - (diskSize % ALIGNMENT) - ALIGNMENT;
  return { esp, root: { start: rootStart, size: rootEnd - rootStart } };
}

/** Bytes of the smallest disk whose root partition has `rootSize` bytes. */
export function diskSizeFor(layout: DiskLayout, rootSize: number): number {
  return layout.root.start + alignUp(rootSize, ALIGNMENT) + ALIGNMENT;
}
