/** {@link Files} in memory: for tests of what is written, in which order, and what happens on a full disk. */
import type { Files } from "../platform.ts";
import type { MemoryDisk } from "./disk.ts";
import { entryOperations, type MakeSpecial } from "./entries.ts";
import { metadataOperations } from "./metadata.ts";
import { type OpenFile, OpenFiles } from "./open-files.ts";
import { type MemoryOwner, MemoryTree } from "./tree.ts";

export type MemoryFiles = Files & MakeSpecial;

export function memoryFiles(owner: MemoryOwner, disk: MemoryDisk): MemoryFiles {
  const open = new Map<number, OpenFile>();
  const operationsOn = (tree: MemoryTree): MemoryFiles => {
    const { reclaim, ...openFileOperations } = new OpenFiles(tree, disk, open);
    return {
      ...openFileOperations,
      ...metadataOperations(tree),
      ...entryOperations(tree, reclaim),
      freeSpace(path) {
        tree.inode("measure the disk of", path, true);
        return Math.max(0, disk.capacity - disk.used);
      },
      beneath: (folder) => ({ ...operationsOn(tree.beneath(folder)), release: () => {} }),
    };
  };
  return operationsOn(new MemoryTree(owner));
}
