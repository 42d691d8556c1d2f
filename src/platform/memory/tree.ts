/** The inodes of a file system in memory, and path lookup: links, permissions, errors as on Linux. */
import { isWithin } from "../../base/path.ts";
import { nameToBytes } from "../../base/text.ts";
import { MAXSYMLINKS, NAME_MAX, PATH_MAX } from "../linux-abi.ts";
import { leadsOut, type SpecialKind, SystemError } from "../platform.ts";
import type { FileContent } from "./disk.ts";

interface InodeBase {
  readonly number: number;
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
  ctime: number;
  linkCount: number;
  readonly attributes: Map<string, Uint8Array>;
}

export type FileInode = InodeBase & {
  readonly kind: "file";
  readonly content: FileContent;
  isLocked: boolean;
};
export type FolderInode = InodeBase & { readonly kind: "folder"; readonly entries: Map<string, Inode> };
export type Inode =
  | FileInode
  | FolderInode
  | (InodeBase & { readonly kind: "symlink"; readonly target: string })
  | (InodeBase & {
      readonly kind: SpecialKind;
      readonly device: { readonly major: number; readonly minor: number };
    });

/** The end of a path: the folder of its last name, and the inode of that name if it exists. */
export interface Place {
  readonly folder: FolderInode;
  /** Empty for the root itself. */
  readonly name: string;
  readonly inode: Inode | undefined;
  /** The path with all links resolved. */
  readonly path: string;
}

export const MAY_READ = 4; // permission bits of one class, inode(7)
export const MAY_WRITE = 2;
export const MAY_SEARCH = 1;

const UMASK = 0o022;

/** Who uses the file system, and its clock. */
export interface MemoryOwner {
  /** 0 is root, who may do everything. */
  readonly uid: number;
  readonly gid: number;
  readonly nowSeconds: () => number;
}

/** Where lookups start. */
interface Top {
  readonly place: Place;
  /** The prefix of every path, which no path may leave; undefined for the root. */
  readonly folder: string | undefined;
}

export class MemoryTree {
  readonly owner: MemoryOwner;
  readonly #top: Top;
  readonly #inodes: { count: number };

  constructor(owner: MemoryOwner, within?: { readonly top: Top; readonly inodes: { count: number } }) {
    this.owner = owner;
    this.#inodes = within?.inodes ?? { count: 0 };
    this.#top = within?.top ?? { place: rootPlace(this.newFolder(0o777)), folder: undefined };
  }

  /** The same tree for paths that must stay in `folder` (see {@link FilesBeneath}). */
  beneath(folder: string): MemoryTree {
    const place = this.find("open", folder, true);
    if (place.inode === undefined) throw new SystemError("open", folder, "ENOENT");
    return new MemoryTree(this.owner, {
      top: { place, folder: folder.replace(/(.)\/+$/, "$1") },
      inodes: this.#inodes,
    });
  }

  /** The metadata of a new inode; `permissions` before the umask applies. */
  newMetadata(permissions: number): InodeBase {
    const { uid, gid, nowSeconds } = this.owner;
    return {
      number: ++this.#inodes.count,
      mode: permissions & ~UMASK,
      uid,
      gid,
      mtime: nowSeconds(),
      ctime: nowSeconds(),
      linkCount: 1,
      attributes: new Map(),
    };
  }

  newFolder(permissions: number): FolderInode {
    return { ...this.newMetadata(permissions), kind: "folder", linkCount: 2, entries: new Map() };
  }

  /** Adds the inode that `make` returns at `path`; EEXIST if the name is taken. */
  add(action: string, path: string, make: () => Inode): void {
    const place = this.find(action, path, false);
    if (place.inode !== undefined) throw new SystemError(action, path, "EEXIST");
    this.needWritable(action, path, place.folder);
    this.put(place, make());
  }

  put({ folder, name }: Place, inode: Inode): void {
    folder.entries.set(name, inode);
    this.contentChanged(folder);
    this.metadataChanged(inode);
  }

  /** Removes the name. The inode stays while it is open. */
  drop({ folder, name, inode }: Place): void {
    folder.entries.delete(name);
    this.contentChanged(folder);
    if (inode === undefined) return;
    inode.linkCount--;
    this.metadataChanged(inode);
  }

  contentChanged(inode: Inode): void {
    inode.mtime = this.owner.nowSeconds();
    this.metadataChanged(inode);
  }

  metadataChanged(inode: Inode): void {
    inode.ctime = this.owner.nowSeconds();
  }

  /** `follow` also resolves a link at the end of the path. Throws what Linux would. */
  find(action: string, path: string, follow: boolean): Place {
    const fail = (code: string): never => {
      throw new SystemError(action, path, code);
    };
    if (path.includes("\0")) fail("EINVAL");
    if (!path.startsWith("/")) fail("ENOENT");
    const withNul = nameToBytes(path).length + 1;
    if (withNul > PATH_MAX) fail("ENAMETOOLONG");
    const { folder } = this.#top;
    const leaves = (): never => {
      throw leadsOut(action, path, folder ?? "/");
    };
    const names = path.split("/");
    if (folder !== undefined) {
      if (!isWithin(path, folder) || names.includes("..")) leaves();
      names.splice(0, folder.replace(/\/$/, "").split("/").length);
    }
    let { place } = this.#top;
    const parents: Place[] = [];
    for (let links = 0; names.length > 0; ) {
      const name = names.shift() ?? "";
      if (name === "" || name === ".") continue;
      if (place.inode === undefined) fail("ENOENT");
      if (place.inode?.kind !== "folder") return fail("ENOTDIR");
      if (!this.may(place.inode, MAY_SEARCH)) fail("EACCES");
      if (name === "..") {
        if (parents.length === 0 && folder !== undefined) leaves();
        place = parents.pop() ?? place;
        continue;
      }
      if (nameToBytes(name).length > NAME_MAX) fail("ENAMETOOLONG");
      const inode = place.inode.entries.get(name);
      const isLast = names.every((rest) => rest === "");
      if (inode?.kind === "symlink" && (follow || !isLast)) {
        if (++links > MAXSYMLINKS) fail("ELOOP");
        names.unshift(...inode.target.split("/"));
        if (!inode.target.startsWith("/")) continue;
        if (folder !== undefined) leaves();
        place = this.#top.place;
        parents.length = 0;
        continue;
      }
      parents.push(place);
      place = { folder: place.inode, name, inode, path: `${place.path === "/" ? "" : place.path}/${name}` };
    }
    return place;
  }

  /** The inode at `path`; ENOENT if there is none. */
  inode(action: string, path: string, follow: boolean): Inode {
    const { inode } = this.find(action, path, follow);
    if (inode === undefined) throw new SystemError(action, path, "ENOENT");
    return inode;
  }

  /**
   * Whether the caller has the rights `wanted` (a sum of MAY_…), by the owner's bits for the owner and by the
   * bits of others for everyone else.
   */
  may(inode: Inode, wanted: number): boolean {
    const bits = inode.uid === this.owner.uid ? inode.mode >> 6 : inode.mode;
    return this.owner.uid === 0 || (bits & wanted) === wanted;
  }

  /** The inode at `path`, which the caller must own: otherwise EPERM. */
  owned(action: string, path: string, follow: boolean): Inode {
    return this.requireOwned(action, path, this.inode(action, path, follow));
  }

  /** Throws EPERM unless the caller owns `inode`. */
  requireOwned(action: string, path: string, inode: Inode): Inode {
    if (this.owner.uid === 0 || inode.uid === this.owner.uid) return inode;
    throw new SystemError(action, path, "EPERM");
  }

  /** Throws EACCES unless the caller may add and remove names in `folder`. */
  needWritable(action: string, path: string, folder: FolderInode): void {
    if (!this.may(folder, MAY_WRITE | MAY_SEARCH)) throw new SystemError(action, path, "EACCES");
  }
}

function rootPlace(root: FolderInode): Place {
  return { folder: root, name: "", inode: root, path: "/" };
}
