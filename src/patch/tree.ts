/** The folder that is patched: read as it is, written when all is known. Names never lead out of it. */
import { Bq2Error } from "../base/error.ts";
import { dirname, isWithin } from "../base/path.ts";
import { makeFolders, removeTree, writeFileAtomic } from "../platform/files.ts";
import type { Files } from "../platform/platform.ts";
import { splitLines } from "./hunk.ts";
import type { TreeLookup } from "./names.ts";

export interface FileState {
  readonly lines: readonly string[];
  readonly mode: number;
}

/** The folder as it will be: what is changed is kept here until all is known to fit. */
export class PatchedTree implements TreeLookup {
  readonly #files: Files;
  readonly #folder: string;
  readonly #realFolder: string;
  /** New states by path; `undefined`: removed. */
  readonly #changes = new Map<string, FileState | undefined>();

  constructor(files: Files, folder: string) {
    this.#files = files;
    this.#folder = folder;
    this.#realFolder = files.realPath(folder);
  }

  sizeOf(path: string): number | undefined {
    if (this.#changes.has(path)) return this.#changes.get(path)?.lines.length; // only zero or not matters
    return this.#statusOf(path)?.size;
  }

  hasFolder(path: string): boolean {
    return this.#statusOf(path)?.kind === "folder";
  }

  read(path: string): FileState | undefined {
    if (this.#changes.has(path)) return this.#changes.get(path);
    const status = this.#statusOf(path);
    if (status === undefined) return undefined;
    if (status.kind !== "file") throw failed(path, `it is a ${status.kind}, not a file`);
    return { lines: splitLines(bytesToText(this.#files.readFile(this.#absolute(path)))), mode: status.mode };
  }

  put(path: string, state: FileState): void {
    this.#statusOf(path); // refuses a way that leads out of the folder
    this.#changes.set(path, state);
  }

  remove(path: string): void {
    this.#changes.set(path, undefined);
  }

  /** New files first, then removals with the folders that they leave empty: as GNU patch does. */
  write(): void {
    for (const [path, state] of this.#changes) {
      if (state === undefined) continue;
      const place = this.#absolute(path);
      makeFolders(this.#files, dirname(place), 0o755);
      writeFileAtomic(this.#files, place, textToBytes(state.lines), state.mode);
      this.#files.setMode(place, state.mode); // whatever the umask
    }
    for (const [path, state] of this.#changes) if (state === undefined) this.#erase(path);
  }

  #erase(path: string): void {
    removeTree(this.#files, this.#absolute(path));
    for (let at = dirname(path); at !== "."; at = dirname(at)) {
      if (this.#files.status(this.#absolute(at)) === undefined) continue; // a file that never was written
      if (this.#files.list(this.#absolute(at)).length > 0) return;
      this.#files.removeFolder(this.#absolute(at));
    }
  }

  #absolute(path: string): string {
    return `${this.#folder}/${path}`;
  }

  /** `lstat`, but only where the way to it stays within the folder, links and all. */
  #statusOf(path: string): ReturnType<Files["status"]> {
    for (let at = dirname(path); at !== "."; at = dirname(at)) {
      const status = this.#files.statusFollowed(this.#absolute(at));
      if (status === undefined) continue;
      if (isWithin(this.#files.realPath(this.#absolute(at)), this.#realFolder)) break;
      throw new Bq2Error(`Cannot patch ${path}: the way to it is a link that leads out of the tree`, {
        code: "patch-unsafe",
        hint: "the patch or the tree is broken or made to do harm; check where they came from",
      });
    }
    return this.#files.status(this.#absolute(path));
  }
}

export function failed(path: string, what: string): Bq2Error {
  return new Bq2Error(`Cannot patch ${path}: ${what}`, {
    code: "patch-failed",
    hint: "the patch is for another version of the file",
  });
}

/** One character a byte: lines compare and split as text, whatever their encoding. */
export function bytesToText(bytes: Uint8Array): string {
  const STEP = 8192; // arguments of one call
  let text = "";
  for (let at = 0; at < bytes.length; at += STEP)
    text += String.fromCharCode(...bytes.subarray(at, at + STEP));
  return text;
}

export function textToBytes(lines: readonly string[]): Uint8Array {
  const text = lines.join("");
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
