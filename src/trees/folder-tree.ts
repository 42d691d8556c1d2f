/**
 * A folder on disk as a {@link Tree}, with everything in it. Hard links are found by identity, holes and
 * extended attributes are kept; contents are read when they are needed.
 */
import type { Entry, Tree } from "../formats/tree.ts";
import { walk } from "../platform/files.ts";
import { type FileStatus, type Files, SystemError } from "../platform/platform.ts";
import type { OpenFiles } from "./open-files.ts";

export interface FolderTreeOptions {
  /** `disk`: as they are; `root`: 0:0 for all, if an ordinary user built what root is to own. */
  readonly owners: "disk" | "root";
  /** `disk`: as they are, in whole seconds; a number: that time for all. */
  readonly times: "disk" | number;
}

/** The tree below `folder` (links to it followed). Throws {@link SystemError} for what cannot be read. */
export function folderTree(
  files: Files,
  sources: OpenFiles,
  folder: string,
  options: FolderTreeOptions,
): Tree {
  const root = files.realPath(folder);
  const status = files.status(root);
  if (status?.kind !== "folder") throw new SystemError("read folder", folder, "ENOTDIR");

  const firstNames = new Map<string, string>(); // identity → path of the file's first name
  const entryOf = (path: string, found: FileStatus): Entry => {
    const full = path === "" ? root : `${root}/${path}`;
    const common = { path, ...factsOf(files, full, found, options) };
    switch (found.kind) {
      case "file": {
        const target = found.linkCount > 1 ? firstNames.get(found.identity) : undefined;
        if (target !== undefined) return { ...common, kind: "hardlink", target };
        if (found.linkCount > 1) firstNames.set(found.identity, path);
        const mayHaveHoles = found.allocated < found.size;
        return { ...common, kind: "file", content: sources.contentOf(full, found.size, mayHaveHoles) };
      }
      case "symlink":
        return { ...common, kind: "symlink", target: files.readLink(full) };
      case "char":
      case "block":
        return { ...common, kind: found.kind, ...found.device };
      case "folder":
      case "fifo":
      case "socket":
        return { ...common, kind: found.kind };
    }
  };

  const tree: Entry[] = [entryOf("", status)];
  for (const { path, status: found } of walk(files, root)) tree.push(entryOf(path, found));
  return tree;
}

function factsOf(files: Files, full: string, found: FileStatus, options: FolderTreeOptions) {
  return {
    mode: found.mode,
    uid: options.owners === "root" ? 0 : found.uid,
    gid: options.owners === "root" ? 0 : found.gid,
    mtime: options.times === "disk" ? Math.floor(found.mtime) : options.times,
    attributes: files.attributes(full),
  };
}
