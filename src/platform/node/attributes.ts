/** Extended attributes (xattr(7)) of a name itself, links not followed. Node has no functions for them. */
import { bytesToName, compareNames } from "../../base/text.ts";
import { XATTR_LIST_MAX, XATTR_SIZE_MAX } from "../linux-abi.ts";
import { SystemError } from "../platform.ts";
import { libc } from "./libc.ts";
import { toCString } from "./path.ts";

const LARGEST = Math.max(XATTR_LIST_MAX, XATTR_SIZE_MAX);
const NONE: ReadonlyMap<string, Uint8Array> = new Map();

let scratch: Uint8Array | undefined;

export function attributesOf(path: string): ReadonlyMap<string, Uint8Array> {
  scratch ??= new Uint8Array(LARGEST);
  const cPath = toCString(path);
  const length = libc().llistxattr(cPath, scratch, LARGEST);
  if (length === 0) return NONE;
  if (length < 0) {
    const code = libc().errno();
    if (code === "EOPNOTSUPP") return NONE;
    throw new SystemError("list the attributes of", path, code);
  }
  const found = new Map<string, Uint8Array>();
  for (const name of bytesToName(scratch.subarray(0, length)).split("\0").slice(0, -1).sort(compareNames)) {
    const value = libc().lgetxattr(cPath, toCString(name), scratch, LARGEST);
    if (value >= 0) found.set(name, scratch.slice(0, value));
    else if (libc().errno() !== "ENODATA")
      throw new SystemError(`read attribute ${name} of`, path, libc().errno());
  }
  return found;
}

export function setAttributeOf(path: string, name: string, value: Uint8Array): void {
  if (libc().lsetxattr(toCString(path), toCString(name), value, value.length, 0) < 0) {
    throw new SystemError(`set attribute ${name} of`, path, libc().errno());
  }
}

export function removeAttributeOf(path: string, name: string): void {
  if (libc().lremovexattr(toCString(path), toCString(name)) < 0) {
    throw new SystemError(`remove attribute ${name} of`, path, libc().errno());
  }
}
