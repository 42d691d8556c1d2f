/** Between this project's names (strings that lose nothing, `base/text.ts`) and what Node's `fs` takes and gives. */
import { errorCode } from "../../base/error.ts";
import { bytesToName, nameToBytes } from "../../base/text.ts";
import { SystemError } from "../platform.ts";

/** Node encodes a plain string as UTF-8 by itself; a name with an escaped byte must go as bytes. */
export function toNative(path: string): string | Buffer {
  return /[\ud800-\udfff]/.test(path) ? Buffer.from(nameToBytes(path)) : path;
}

/** The bytes that a C function wants for a path or other text: ended by NUL, and no NUL before that. */
export function toCString(path: string): Buffer {
  if (path.includes("\0")) throw new SystemError("use", JSON.stringify(path), "EINVAL");
  return Buffer.concat([nameToBytes(path), Buffer.alloc(1)]);
}

/** A name as Node gave it in bytes. */
export function fromNative(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  return text.includes("\ufffd") ? bytesToName(bytes) : text;
}

/** Runs `body`; what it throws becomes a {@link SystemError} that tells the action and the path. */
export function attempt<T>(action: string, path: string, body: () => T): T {
  if (path.includes("\0")) throw new SystemError(action, JSON.stringify(path), "EINVAL");
  try {
    return body();
  } catch (error) {
    throw systemError(action, path, error);
  }
}

/** A system call's failure as a {@link SystemError}; anything else (a mistake in this program) as it is. */
export function systemError(action: string, path: string, error: unknown): unknown {
  const code = errorCode(error);
  const isErrno = code !== undefined && /^E[A-Z0-9]+$/.test(code);
  return isErrno ? new SystemError(action, path, code, error) : error;
}
