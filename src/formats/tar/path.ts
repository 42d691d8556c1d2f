/** Cleans names in archives, and refuses those that lead out of the unpacked tree. */
import { Bq2Error } from "../../base/error.ts";
import { nameToBytes } from "../../base/text.ts";
import { NAME_MAX, PATH_MAX } from "../../platform/linux-abi.ts";

/**
 * A member's path as in a tree: no `./`, no doubled or trailing slashes, `""` for the root itself. Throws
 * `hostile-archive` for absolute paths, `..` and NUL bytes, and for names too long for Linux.
 */
export function cleanMemberPath(stored: string): string {
  if (stored.length <= NAME_MAX && PLAIN_PATH.test(stored)) return stored;
  if (stored.startsWith("/")) throw hostile(stored, "an absolute path");
  if (stored.includes("\0")) throw hostile(stored.replaceAll("\0", "\\0"), "a NUL byte in a name");
  const names = stored.split("/").filter((name) => name !== "" && name !== ".");
  if (names.includes("..")) throw hostile(stored, "a path through `..`");
  const path = names.join("/");
  if (lengthOf(path) >= PATH_MAX) throw hostile(shortened(path), `a path of ${PATH_MAX} bytes or more`);
  if (path.length > NAME_MAX / BYTES_PER_UNIT && names.some((name) => lengthOf(name) > NAME_MAX))
    throw hostile(shortened(path), `a name of more than ${NAME_MAX} bytes`);
  return path;
}

const BYTES_PER_UNIT = 3; // at most, in UTF-8

function lengthOf(name: string): number {
  return nameToBytes(name).length;
}

/** For messages. */
function shortened(path: string): string {
  return `${path.slice(0, 60)}…`;
}

/** Matches most paths: common characters, no name that starts with a dot, nothing to clean. */
const PLAIN_PATH = /^[A-Za-z0-9_+-][A-Za-z0-9_+.-]*(\/[A-Za-z0-9_+-][A-Za-z0-9_+.-]*)*$/;

/** The path of the folder of `path`; `""` for names at the top, and for the root itself. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/**
 * Where a symlink at `path` leads, as a path in the same tree (not followed further), or `undefined` if it
 * leads out: absolute, or above the root through `..`.
 */
export function resolveLink(path: string, target: string): string | undefined {
  if (target.startsWith("/")) return undefined;
  const names = parentOf(path)
    .split("/")
    .filter((name) => name !== "");
  for (const name of target.split("/")) {
    if (name === "" || name === ".") continue;
    if (name !== "..") names.push(name);
    else if (names.pop() === undefined) return undefined;
  }
  return names.join("/");
}

/** The error for an archive that would write where it must not, or that contradicts itself. */
export function hostile(path: string, what: string): Bq2Error {
  return new Bq2Error(`Cannot unpack member ${path}: found ${what}, which is refused`, {
    code: "hostile-archive",
    hint: "the archive is broken or malicious; check where it came from",
  });
}
