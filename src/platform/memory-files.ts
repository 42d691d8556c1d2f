/** {@link Files} in memory: for tests of what is written, in which order, and what happens when the disk is full. */
import { compareNames, nameToBytes } from "../base/text.ts";
import { MEMORY_PAGE_BYTES, MemoryContent } from "./memory-content.ts";
import { MemoryDescriptors } from "./memory-descriptors.ts";
import { type FolderInode, type Inode, MAY_READ, MAY_WRITE, MemoryTree, type Place } from "./memory-tree.ts";
import { type FileKind, type FileStatus, type Files, SystemError } from "./platform.ts";

const UMASK = 0o022;
const DEVICE = 1; // the number of this one file system

export interface MemoryDisk {
  /** Bytes that the disk holds in all; may be changed at any time. */
  capacity: number;
  used: number;
}

export interface MemoryFilesOptions {
  readonly disk: MemoryDisk;
  readonly uid: number;
  readonly gid: number;
  /** For modification times. */
  readonly nowSeconds: () => number;
}

export type SpecialKind = Exclude<FileKind, "file" | "folder" | "symlink">;

/** What {@link Files} has no way to make. */
export interface MemoryFiles extends Files {
  makeSpecial(
    path: string,
    kind: SpecialKind,
    device: { readonly major: number; readonly minor: number },
  ): void;
}

export function memoryFiles(options: MemoryFilesOptions): MemoryFiles {
  const { disk, nowSeconds } = options;
  let inodeCount = 0;
  const facts = (mode: number) => ({
    number: ++inodeCount,
    mode,
    uid: options.uid,
    gid: options.gid,
    mtime: nowSeconds(),
    linkCount: 1,
    attributes: new Map<string, Uint8Array>(),
  });
  const newFolder = (mode: number): FolderInode => ({
    ...facts(mode),
    kind: "folder",
    linkCount: 2,
    entries: new Map(),
  });
  const takePages = (count: number): void => {
    const used = disk.used + count * MEMORY_PAGE_BYTES;
    if (count > 0 && used > disk.capacity) throw new SystemError("write to", "the disk in memory", "ENOSPC");
    disk.used = used;
  };
  const tree = new MemoryTree(newFolder(0o755), options.uid);

  /** Gives `make()` the name that `path` ends in; EEXIST where it is taken. */
  const add = (action: string, path: string, make: () => Inode): void => {
    const place = tree.find(action, path, false);
    if (place.inode !== undefined) throw new SystemError(action, path, "EEXIST");
    tree.needWritable(action, path, place.folder);
    place.folder.entries.set(place.name, make());
    place.folder.mtime = nowSeconds();
  };
  const drop = (place: Place): void => {
    place.folder.entries.delete(place.name);
    place.folder.mtime = nowSeconds();
    const inode = place.inode;
    if (inode === undefined) return;
    inode.linkCount--;
    if (inode.kind === "file" && inode.linkCount === 0) descriptors.forget(inode);
  };
  const descriptors = new MemoryDescriptors({
    tree,
    nowSeconds,
    makeFile: (place, permissions) => {
      const inode = {
        ...facts(permissions & ~UMASK),
        kind: "file" as const,
        content: new MemoryContent(takePages),
        isLocked: false,
      };
      place.folder.entries.set(place.name, inode);
      place.folder.mtime = nowSeconds();
      return inode;
    },
  });

  const files: MemoryFiles = {
    ...descriptors.operations,
    status: (path) => statusOf(tree, path, false),
    statusFollowed: (path) => statusOf(tree, path, true),
    list(folder) {
      const inode = tree.inode("list", folder, true);
      if (inode.kind !== "folder") throw new SystemError("list", folder, "ENOTDIR");
      if (!tree.may(inode, MAY_READ)) throw new SystemError("list", folder, "EACCES");
      return [...inode.entries.keys()].sort(compareNames);
    },
    makeFolder: (path, permissions = 0o777) =>
      add("make folder", path, () => newFolder(permissions & ~UMASK)),
    removeFolder(path) {
      const place = tree.find("remove folder", path, false);
      const fail = (code: string): never => {
        throw new SystemError("remove folder", path, code);
      };
      if (place.inode === undefined) return fail("ENOENT");
      if (place.inode.kind !== "folder") return fail("ENOTDIR");
      if (place.name === "") return fail("EBUSY");
      if (place.inode.entries.size > 0) return fail("ENOTEMPTY");
      tree.needWritable("remove folder", path, place.folder);
      drop(place);
    },
    removeFile(path) {
      const place = tree.find("remove", path, false);
      if (place.inode === undefined) throw new SystemError("remove", path, "ENOENT");
      if (place.inode.kind === "folder") throw new SystemError("remove", path, "EISDIR");
      tree.needWritable("remove", path, place.folder);
      drop(place);
    },
    rename(from, to) {
      const action = `${from} to ${to}`;
      const source = tree.find("rename", from, false);
      const target = tree.find("rename", to, false);
      const code = whyNotRename(source, target);
      if (code !== undefined) throw new SystemError("rename", action, code);
      if (source.inode === undefined || source.inode === target.inode) return;
      for (const { folder } of [source, target]) tree.needWritable("rename", action, folder);
      if (target.inode !== undefined) drop(target);
      source.folder.entries.delete(source.name);
      target.folder.entries.set(target.name, source.inode);
      for (const { folder } of [source, target]) folder.mtime = nowSeconds();
    },
    symlink(target, path) {
      if (target === "") throw new SystemError("make link", path, "ENOENT");
      add("make link", path, () => ({ ...facts(0o777), kind: "symlink", target }));
    },
    makeSpecial: (path, kind, device) => add("make node", path, () => ({ ...facts(0o644), kind, device })),
    readLink(path) {
      const inode = tree.inode("read link", path, false);
      if (inode.kind !== "symlink") throw new SystemError("read link", path, "EINVAL");
      return inode.target;
    },
    link(existing, path) {
      const inode = tree.inode("make hard link", existing, false);
      if (inode.kind === "folder") throw new SystemError("make hard link", path, "EPERM");
      add("make hard link", path, () => {
        inode.linkCount++;
        return inode;
      });
    },
    setMode(path, mode) {
      owned(tree, options.uid, "set the mode of", path, true).mode = mode & 0o7777;
    },
    setTime(path, seconds) {
      owned(tree, options.uid, "set the time of", path, false).mtime = seconds;
    },
    setOwner(path, uid, gid) {
      const inode = owned(tree, options.uid, "set the owner of", path, false);
      const changes = inode.uid !== uid || inode.gid !== gid;
      if (changes && options.uid !== 0) throw new SystemError("set the owner of", path, "EPERM");
      inode.uid = uid;
      inode.gid = gid;
    },
    realPath(path) {
      const place = tree.find("find", path, true);
      if (place.inode === undefined) throw new SystemError("find", path, "ENOENT");
      return place.path;
    },
    attributes: (path) => {
      const found = [...tree.inode("list the attributes of", path, false).attributes];
      return new Map(found.sort(([a], [b]) => compareNames(a, b)));
    },
    setAttribute(path, name, value) {
      const action = `set attribute ${name} of`;
      const inode = tree.inode(action, path, false);
      const isPlain = inode.kind === "file" || inode.kind === "folder";
      if (name.startsWith("user.") && !isPlain) throw new SystemError(action, path, "EPERM"); // xattr(7)
      if (!name.includes(".")) throw new SystemError(action, path, "ENOTSUP");
      if (!tree.may(inode, MAY_WRITE)) throw new SystemError(action, path, "EACCES");
      inode.attributes.set(name, value.slice());
    },
    removeAttribute(path, name) {
      const action = `remove attribute ${name} of`;
      const inode = tree.inode(action, path, false);
      if (!tree.may(inode, MAY_WRITE)) throw new SystemError(action, path, "EACCES");
      if (!inode.attributes.delete(name)) throw new SystemError(action, path, "ENODATA");
    },
    freeSpace(path) {
      tree.inode("measure the disk of", path, true);
      return Math.max(0, disk.capacity - disk.used);
    },
  };
  return files;
}

function owned(tree: MemoryTree, uid: number, action: string, path: string, follow: boolean): Inode {
  const inode = tree.inode(action, path, follow);
  if (uid !== 0 && inode.uid !== uid) throw new SystemError(action, path, "EPERM");
  return inode;
}

function statusOf(tree: MemoryTree, path: string, follow: boolean): FileStatus | undefined {
  let inode: Inode | undefined;
  try {
    inode = tree.find("look at", path, follow).inode;
  } catch (error) {
    const isAbsent = error instanceof SystemError && (error.code === "ENOENT" || error.code === "ENOTDIR");
    if (!isAbsent) throw error;
  }
  if (inode === undefined) return undefined;
  const { kind, mode, uid, gid, mtime, linkCount } = inode;
  const size =
    kind === "file" ? inode.content.size : kind === "symlink" ? nameToBytes(inode.target).length : 0;
  return {
    kind,
    mode,
    uid,
    gid,
    mtime,
    linkCount,
    size,
    identity: `${DEVICE}:${inode.number}`,
    allocated: kind === "file" ? inode.content.allocated : 0,
    device: "device" in inode ? inode.device : { major: 0, minor: 0 },
  };
}

/** The code that rename(2) would fail with, or `undefined`. */
function whyNotRename(source: Place, target: Place): string | undefined {
  if (source.inode === undefined) return "ENOENT";
  if (source.name === "" || target.name === "") return "EBUSY";
  if (`${target.path}/`.startsWith(`${source.path}/`) && target.path !== source.path) return "EINVAL";
  if (target.inode === undefined) return undefined;
  if (target.inode.kind === "folder") {
    if (source.inode.kind !== "folder") return "EISDIR";
    return target.inode.entries.size > 0 && target.inode !== source.inode ? "ENOTEMPTY" : undefined;
  }
  return source.inode.kind === "folder" ? "ENOTDIR" : undefined;
}
