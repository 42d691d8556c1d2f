/** Extended attributes (xattr(7)) of a name itself, links not followed. */
import { bytesToName, compareNames } from "../../base/text.ts";
import { XATTR_LIST_MAX, XATTR_SIZE_MAX } from "../linux-abi.ts";
import { SystemError } from "../platform.ts";
import { errnoName, nameWord, pathCall, rawCall } from "./call.ts";

const LARGEST = Math.max(XATTR_LIST_MAX, XATTR_SIZE_MAX);
const NONE: ReadonlyMap<string, Uint8Array> = new Map();

let scratch: Uint8Array | undefined;

export function attributesOf(path: string): ReadonlyMap<string, Uint8Array> {
  scratch ??= new Uint8Array(LARGEST);
  const action = "list the attributes of";
  const pathWord = nameWord(action, path);
  const length = rawCall("llistxattr", pathWord, scratch, LARGEST);
  if (length === 0) return NONE;
  if (length < 0) {
    const code = errnoName(length);
    if (code === "EOPNOTSUPP") return NONE;
    throw new SystemError(action, path, code);
  }
  const found = new Map<string, Uint8Array>();
  for (const name of bytesToName(scratch.subarray(0, length)).split("\0").slice(0, -1).sort(compareNames)) {
    const value = rawCall("lgetxattr", pathWord, nameWord("read", name), scratch, LARGEST);
    if (value >= 0) found.set(name, scratch.slice(0, value));
    else if (errnoName(value) !== "ENODATA")
      throw new SystemError(`read attribute ${name} of`, path, errnoName(value));
  }
  return found;
}

export function setAttributeOf(path: string, name: string, value: Uint8Array): void {
  const action = `set attribute ${name} of`;
  pathCall(action, path, "lsetxattr", (word) => [word, nameWord(action, name), value, value.length, 0]);
}

export function removeAttributeOf(path: string, name: string): void {
  const action = `remove attribute ${name} of`;
  pathCall(action, path, "lremovexattr", (word) => [word, nameWord(action, name)]);
}
