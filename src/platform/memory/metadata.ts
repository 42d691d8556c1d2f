/** Metadata in the file system in memory: kind, mode, owner, times, extended attributes. */
import { compareNames, nameToBytes } from "../../base/text.ts";
import { asKept } from "../linux-files.ts";
import { type FileStatus, type Files, SystemError } from "../platform.ts";
import { type Inode, MAY_WRITE, type MemoryTree } from "./tree.ts";

const DEVICE = 1; // the number of the only file system

type Operation =
  | "status"
  | "statusFollowed"
  | "setMode"
  | "setTime"
  | "setOwner"
  | "attributes"
  | "setAttribute"
  | "removeAttribute";

export function metadataOperations(tree: MemoryTree): Pick<Files, Operation> {
  const isRoot = tree.owner.uid === 0;
  return {
    ...attributeOperations(tree),
    status: (path) => statusOf(tree, path, false),
    statusFollowed: (path) => statusOf(tree, path, true),
    setMode(path, mode) {
      const inode = tree.owned("set the mode of", path, true);
      inode.mode = mode & 0o7777;
      tree.metadataChanged(inode);
    },
    setTime(path, seconds) {
      const inode = tree.owned("set the time of", path, false);
      inode.mtime = asKept(seconds);
      tree.metadataChanged(inode);
    },
    setOwner(path, uid, gid) {
      const inode = tree.owned("set the owner of", path, false);
      const changes = inode.uid !== uid || inode.gid !== gid;
      if (changes && !isRoot) throw new SystemError("set the owner of", path, "EPERM");
      inode.uid = uid;
      inode.gid = gid;
      tree.metadataChanged(inode);
    },
  };
}

function attributeOperations(
  tree: MemoryTree,
): Pick<Files, "attributes" | "setAttribute" | "removeAttribute"> {
  return {
    attributes: (path) => {
      const found = [...tree.inode("list the attributes of", path, false).attributes];
      return new Map(found.sort(([a], [b]) => compareNames(a, b)));
    },
    setAttribute(path, name, value) {
      const action = `set attribute ${name} of`;
      const inode = tree.inode(action, path, false);
      const isPlain = inode.kind === "file" || inode.kind === "folder";
      if (name.startsWith("user.") && !isPlain) throw new SystemError(action, path, "EPERM"); // xattr(7)
      if (!name.includes(".")) throw new SystemError(action, path, "EOPNOTSUPP");
      if (!tree.may(inode, MAY_WRITE)) throw new SystemError(action, path, "EACCES");
      inode.attributes.set(name, value.slice());
      tree.metadataChanged(inode);
    },
    removeAttribute(path, name) {
      const action = `remove attribute ${name} of`;
      const inode = tree.inode(action, path, false);
      if (!tree.may(inode, MAY_WRITE)) throw new SystemError(action, path, "EACCES");
      if (!inode.attributes.delete(name)) throw new SystemError(action, path, "ENODATA");
      tree.metadataChanged(inode);
    },
  };
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
  const { kind, mode, uid, gid, mtime, ctime, linkCount } = inode;
  const size =
    kind === "file" ? inode.content.size : kind === "symlink" ? nameToBytes(inode.target).length : 0;
  return {
    kind,
    mode,
    uid,
    gid,
    mtime,
    ctime,
    linkCount,
    size,
    identity: `${DEVICE}:${inode.number}`,
    allocated: kind === "file" ? inode.content.allocated : 0,
    device: "device" in inode ? inode.device : { major: 0, minor: 0 },
  };
}
