/**
 * Lists folders of a FAT32 file system (Microsoft fatgen103, version 1.03).
 *
 * Subset: 8.3 names; no FAT12 or FAT16; file contents are not read.
 */

import type { ReadDisk } from "../qcow2/reader.ts";
import { BootSector, END_OF_CHAIN, FIRST_CLUSTER } from "./fat32.ts";
import { DirectoryEntry } from "./folders.ts";

const ATTR_LONG_NAME = 0x0f; // fatgen103, "FAT Directory Structure"
const FREE = 0xe5; // first byte of a deleted entry
const CLUSTER_MASK = 0x0fffffff; // fatgen103: the upper four bits are reserved
/** A longer chain means a damaged table. */
const MOST_CLUSTERS = 4096;

interface FolderEntry {
  /** As in a path: `BOOTX64.EFI`. */
  readonly name: string;
  readonly firstCluster: number;
}

/**
 * The names in the folder at `path` (upper case); `undefined` if it does not exist or this is not FAT32.
 * `start`: offset of the file system on the disk.
 */
export async function listFat32(
  read: ReadDisk,
  start: number,
  path: readonly string[],
): Promise<string[] | undefined> {
  const boot = BootSector.decode(await read(start, BootSector.size));
  if (boot.signature !== 0xaa55 || boot.sectorsPerFat16 !== 0 || boot.rootCluster < FIRST_CLUSTER)
    return undefined;
  const fat = start + boot.reservedSectors * boot.bytesPerSector;
  const data = fat + boot.fatCopies * boot.sectorsPerFat * boot.bytesPerSector;
  const clusterSize = boot.sectorsPerCluster * boot.bytesPerSector;

  const readFolder = async (firstCluster: number): Promise<FolderEntry[]> => {
    const entries: FolderEntry[] = [];
    let cluster = firstCluster;
    for (let count = 0; cluster >= FIRST_CLUSTER && count < MOST_CLUSTERS; count++) {
      entries.push(...entriesOf(await read(data + (cluster - FIRST_CLUSTER) * clusterSize, clusterSize)));
      const next = await read(fat + 4 * cluster, 4);
      cluster = new DataView(next.buffer, next.byteOffset).getUint32(0, true) & CLUSTER_MASK;
      if (cluster >= (END_OF_CHAIN & ~7)) break;
    }
    return entries;
  };
  let folder = await readFolder(boot.rootCluster);
  for (const name of path) {
    const entry = folder.find((candidate) => candidate.name === name);
    if (entry === undefined) return undefined;
    folder = await readFolder(entry.firstCluster);
  }
  return folder.map(({ name }) => name);
}

function entriesOf(cluster: Uint8Array): FolderEntry[] {
  const entries: FolderEntry[] = [];
  for (
    let at = 0;
    at + DirectoryEntry.size <= cluster.length && cluster[at] !== 0;
    at += DirectoryEntry.size
  ) {
    const attributes = cluster[at + 11] ?? 0;
    if (cluster[at] === FREE || attributes === ATTR_LONG_NAME) continue;
    const { firstClusterHigh, firstClusterLow } = DirectoryEntry.decode(cluster, at);
    const letters = String.fromCharCode(...cluster.subarray(at, at + 11));
    const [base, extension] = [letters.slice(0, 8).trimEnd(), letters.slice(8).trimEnd()];
    entries.push({
      name: extension === "" ? base : `${base}.${extension}`,
      firstCluster: firstClusterHigh * 2 ** 16 + firstClusterLow,
    });
  }
  return entries;
}
