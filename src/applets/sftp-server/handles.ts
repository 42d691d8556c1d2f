/** The files and folders that a client has open, by their handles. */
import type { FileStatus, Files } from "../../platform/platform.ts";
import { MAX_HANDLES } from "./protocol.ts";

export interface OpenFile {
  readonly kind: "file";
  readonly fd: number;
  readonly path: string;
  /** Says whether `path` still leads to this file. */
  readonly identity: string | undefined;
  readonly canRead: boolean;
  readonly canWrite: boolean;
  /** Every write goes to the end. */
  readonly appends: boolean;
}

export interface OpenFolder {
  readonly kind: "folder";
  readonly path: string;
  /** The names that the client has not read yet, in reverse order. */
  readonly names: string[];
}

export class Handles {
  readonly #files: Files;
  readonly #open = new Map<string, OpenFile | OpenFolder>();
  #count = 0;

  constructor(files: Files) {
    this.#files = files;
  }

  get isFull(): boolean {
    return this.#open.size >= MAX_HANDLES;
  }

  /** Returns the new handle. A handle is never used again, so that a stale one leads nowhere. */
  add(opened: OpenFile | OpenFolder): string {
    const handle = String(++this.#count);
    this.#open.set(handle, opened);
    return handle;
  }

  file(handle: string): OpenFile | undefined {
    const found = this.#open.get(handle);
    return found?.kind === "file" ? found : undefined;
  }

  folder(handle: string): OpenFolder | undefined {
    const found = this.#open.get(handle);
    return found?.kind === "folder" ? found : undefined;
  }

  /** False if there is no such handle. */
  close(handle: string): boolean {
    const found = this.#open.get(handle);
    if (found === undefined) return false;
    this.#open.delete(handle);
    if (found.kind === "file") this.#files.close(found.fd);
    return true;
  }

  closeAll(): void {
    for (const handle of [...this.#open.keys()]) this.close(handle);
  }
}

/**
 * The status of an open file. `undefined` if its name has been removed or leads to another file: the platform
 * looks at files by name only.
 */
export function statusOfOpen(files: Files, file: OpenFile): FileStatus | undefined {
  const status = files.statusFollowed(file.path);
  return status?.identity === file.identity ? status : undefined;
}
