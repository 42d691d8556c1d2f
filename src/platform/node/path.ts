/** Converts between this project's names (`base/text.ts`) and those of Node's `fs`. */
import { errorCode } from "../../base/error.ts";
import { bytesToName, nameToBytes } from "../../base/text.ts";
import { SystemError } from "../platform.ts";

/** Node encodes a plain string as UTF-8; a name with an escaped byte must be passed as bytes. */
export function toNative(path: string): string | Buffer {
  return /[\ud800-\udfff]/.test(path) ? Buffer.from(nameToBytes(path)) : path;
}

/** A path or other text for a C function: its bytes and a NUL. Throws `EINVAL` if it contains a NUL. */
export function toCString(path: string): Buffer {
  if (path.includes("\0")) throw new SystemError("use", JSON.stringify(path), "EINVAL");
  return Buffer.concat([nameToBytes(path), Buffer.alloc(1)]);
}

/** A name that Node returned as bytes. */
export function fromNative(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  return text.includes("\ufffd") ? bytesToName(bytes) : text;
}

/** Runs `body` and turns a failure into a {@link SystemError} with the action and the path. */
export function attempt<T>(action: string, path: string, body: () => T): T {
  if (path.includes("\0")) throw new SystemError(action, JSON.stringify(path), "EINVAL");
  try {
    return body();
  } catch (error) {
    throw systemError(action, path, error);
  }
}

/** Turns a system call's failure into a {@link SystemError}; returns anything else (a bug) unchanged. */
export function systemError(action: string, path: string, error: unknown): unknown {
  const code = errorCode(error);
  const isErrno = code !== undefined && /^E[A-Z0-9]+$/.test(code);
  return isErrno ? new SystemError(action, path, code, error) : error;
}
