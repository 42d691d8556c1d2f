/** Paths within a different root: links lead where they would lead there, never out of it. */
import { dirname, joinPath } from "../base/path.ts";
import { MAXSYMLINKS } from "../platform/linux-abi.ts";
import { type Files, SystemError } from "../platform/platform.ts";

/**
 * The host's path of `path` within `root`, with all links resolved; parts that do not exist are unchanged.
 * Throws ELOOP for a loop of links.
 */
export function pathInRoot(files: Pick<Files, "status" | "readLink">, root: string, path: string): string {
  const names = path.split("/");
  let inner = "/";
  for (let links = 0; names.length > 0; ) {
    const name = names.shift() ?? "";
    if (name === "" || name === ".") continue;
    if (name === "..") {
      inner = dirname(inner);
      continue;
    }
    const next = joinPath(inner, name);
    if (files.status(joinPath(root, next))?.kind !== "symlink") {
      inner = next;
      continue;
    }
    if (++links > MAXSYMLINKS) throw new SystemError(`find, within ${root},`, path, "ELOOP");
    const target = files.readLink(joinPath(root, next));
    names.unshift(...target.split("/"));
    if (target.startsWith("/")) inner = "/";
  }
  return joinPath(root, inner);
}
