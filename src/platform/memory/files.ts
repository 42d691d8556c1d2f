/** {@link Files} in memory: for tests of what is written, in which order, and what happens when the disk is full. */

import { type Files, SystemError } from "../platform.ts";
import { MEMORY_PAGE_BYTES, MemoryContent } from "./content.ts";
import { MemoryDescriptors, type OpenFile } from "./descriptors.ts";
import { factOperations } from "./facts.ts";
import { type MakeSpecial, nameOperations } from "./names.ts";
import { type MemoryOwner, MemoryTree } from "./tree.ts";

export interface MemoryDisk {
  /** Bytes that the disk holds in all; may be changed at any time. */
  capacity: number;
  used: number;
}

export type MemoryFiles = Files & MakeSpecial;

export function memoryFiles(owner: MemoryOwner, disk: MemoryDisk): MemoryFiles {
  const takePages = (count: number): void => {
    const used = disk.used + count * MEMORY_PAGE_BYTES;
    if (count > 0 && used > disk.capacity) throw new SystemError("write to", "the disk in memory", "ENOSPC");
    disk.used = used;
  };
  const open = new Map<number, OpenFile>();
  const operationsOn = (tree: MemoryTree): MemoryFiles => {
    const newContent = () => new MemoryContent(takePages);
    const { forget, ...descriptorOperations } = new MemoryDescriptors(tree, newContent, open);
    return {
      ...descriptorOperations,
      ...factOperations(tree),
      ...nameOperations(tree, forget),
      freeSpace(path) {
        tree.inode("measure the disk of", path, true);
        return Math.max(0, disk.capacity - disk.used);
      },
      beneath: (folder) => ({ ...operationsOn(tree.beneath(folder)), release: () => {} }),
    };
  };
  return operationsOn(new MemoryTree(owner));
}
