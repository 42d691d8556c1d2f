/** What the type bits of a mode stand for (inode(7)). */
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from "./linux-abi.ts";
import type { FileKind } from "./platform.ts";

const KINDS: ReadonlyMap<number, FileKind> = new Map([
  [S_IFREG, "file"],
  [S_IFDIR, "folder"],
  [S_IFLNK, "symlink"],
  [S_IFCHR, "char"],
  [S_IFBLK, "block"],
  [S_IFIFO, "fifo"],
  [S_IFSOCK, "socket"],
]);

/** `undefined` where they are none of Linux's. */
export function kindOfMode(mode: number): FileKind | undefined {
  return KINDS.get(mode & S_IFMT);
}
