/** Folders that PID 1 mounts on, and cannot make while the root is read-only. */
import { compareNames } from "../base/text.ts";
import { type Entry, NO_ATTRIBUTES, type Tree } from "../formats/tree.ts";

/** Modes as in Debian's base-files. */
const MOUNT_POINTS: readonly { readonly name: string; readonly mode: number }[] = [
  { name: "dev", mode: 0o755 },
  { name: "proc", mode: 0o555 },
  { name: "run", mode: 0o755 },
  { name: "sys", mode: 0o555 },
  { name: "tmp", mode: 0o1777 },
];

/** `tree` with /dev, /proc, /run, /sys and /tmp added; existing entries stay as they are. */
export function withMountPoints(tree: Tree, mtime: number): Tree {
  let whole = tree;
  for (const { name, mode } of MOUNT_POINTS) {
    if (whole.some((entry) => entry.path === name)) continue;
    const folder: Entry = {
      kind: "folder",
      path: name,
      mode,
      uid: 0,
      gid: 0,
      mtime,
      attributes: NO_ATTRIBUTES,
    };
    const after = whole.findIndex(
      (entry) => entry.path !== "" && compareNames(topName(entry.path), name) > 0,
    );
    const at = after === -1 ? whole.length : after;
    whole = [...whole.slice(0, at), folder, ...whole.slice(at)];
  }
  return whole;
}

function topName(path: string): string {
  const slash = path.indexOf("/");
  return slash === -1 ? path : path.slice(0, slash);
}
