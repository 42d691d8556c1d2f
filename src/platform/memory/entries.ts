/** Folder entries in the file system in memory: making, listing, moving and removing them. */
import { compareNames } from "../../base/text.ts";
import { type Files, type FilesBeneath, SystemError } from "../platform.ts";
import { type Inode, MAY_READ, type MemoryTree, type Place } from "./tree.ts";

/** Makes what {@link Files} cannot. */
export type MakeSpecial = Pick<FilesBeneath, "makeSpecial">;

type Operation =
  | "list"
  | "makeFolder"
  | "removeFolder"
  | "removeFile"
  | "rename"
  | "symlink"
  | "readLink"
  | "link"
  | "realPath";

/** `reclaim` is called with each inode that has lost a name. */
export function entryOperations(
  tree: MemoryTree,
  reclaim: (inode: Inode) => void,
): Pick<Files, Operation> & MakeSpecial {
  const drop = (place: Place): void => {
    tree.drop(place);
    if (place.inode !== undefined) reclaim(place.inode);
  };
  return {
    ...makingOperations(tree),
    ...removingOperations(tree, drop),
    list(folder) {
      const inode = tree.inode("list", folder, true);
      if (inode.kind !== "folder") throw new SystemError("list", folder, "ENOTDIR");
      if (!tree.may(inode, MAY_READ)) throw new SystemError("list", folder, "EACCES");
      return [...inode.entries.keys()].sort(compareNames);
    },
    readLink(path) {
      const inode = tree.inode("read link", path, false);
      if (inode.kind !== "symlink") throw new SystemError("read link", path, "EINVAL");
      return inode.target;
    },
    realPath(path) {
      const place = tree.find("find", path, true);
      if (place.inode === undefined) throw new SystemError("find", path, "ENOENT");
      return place.path;
    },
  };
}

function makingOperations(tree: MemoryTree): Pick<Files, "makeFolder" | "symlink" | "link"> & MakeSpecial {
  return {
    makeFolder: (path, permissions = 0o777) =>
      tree.add("make folder", path, () => tree.newFolder(permissions)),
    symlink(target, path) {
      if (target === "") throw new SystemError("make link", path, "ENOENT");
      tree.add("make link", path, () => ({ ...tree.newMetadata(0), mode: 0o777, kind: "symlink", target }));
    },
    makeSpecial: (path, kind, device, permissions = 0o666) =>
      tree.add("make", path, () => ({ ...tree.newMetadata(permissions), kind, device })),
    link(existing, path) {
      const inode = tree.inode("make hard link", existing, false);
      if (inode.kind === "folder") throw new SystemError("make hard link", path, "EPERM");
      tree.add("make hard link", path, () => {
        inode.linkCount++;
        return inode;
      });
    },
  };
}

function removingOperations(
  tree: MemoryTree,
  drop: (place: Place) => void,
): Pick<Files, "removeFolder" | "removeFile" | "rename"> {
  return {
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
      const paths = `${from} to ${to}`;
      const source = tree.find("rename", from, false);
      const target = tree.find("rename", to, false);
      const code = whyNotRename(source, target);
      if (code !== undefined) throw new SystemError("rename", paths, code);
      if (source.inode === undefined || source.inode === target.inode) return;
      for (const { folder } of [source, target]) tree.needWritable("rename", paths, folder);
      if (target.inode !== undefined) drop(target);
      source.inode.linkCount++; // the new name comes before the old one goes
      tree.put(target, source.inode);
      tree.drop(source);
    },
  };
}

/** The code with which rename(2) would fail, or `undefined`. */
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
