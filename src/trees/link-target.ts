/** Where a symbolic link in a tree leads: it is followed through other links, as the kernel does. */
import { dirname } from "../base/path.ts";
import { MAXSYMLINKS } from "../platform/linux-abi.ts";
import type { TreeFiles } from "../platform/platform.ts";

/**
 * Whether the link at `path`, below `root` and with no link among its parent folders, leads out of `root`.
 * Names that do not exist count as folders; a loop of links leads nowhere.
 */
export function linkLeadsOut(
  files: Pick<TreeFiles, "status" | "readLink">,
  root: string,
  path: string,
): boolean {
  const names = (below: string): string[] => below.split("/").filter((name) => name !== "" && name !== ".");
  const found = names(dirname(path));
  const first = files.readLink(`${root}/${path}`);
  if (first.startsWith("/")) return true;
  const left = names(first);
  let links = 1;
  for (let name = left.shift(); name !== undefined; name = left.shift()) {
    if (name === "..") {
      if (found.pop() === undefined) return true;
      continue;
    }
    const at = [...found, name].join("/");
    if (files.status(`${root}/${at}`)?.kind !== "symlink") {
      found.push(name);
      continue;
    }
    const target = files.readLink(`${root}/${at}`);
    if (target.startsWith("/")) return true;
    if (++links > MAXSYMLINKS) return false;
    left.unshift(...names(target));
  }
  return false;
}
