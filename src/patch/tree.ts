/**
 * The folder that is patched: read as it is, written when everything is known. Names never lead out of it:
 * links are resolved as they will be when the file is written, and the operations stay within the folder
 * whatever other processes do meanwhile ({@link FilesBeneath}).
 */
import { Bq2Error } from "../base/error.ts";
import { dirname } from "../base/path.ts";
import { makeFolders, removeTree, writeFileAtomic } from "../platform/files.ts";
import { MAXSYMLINKS } from "../platform/linux-abi.ts";
import type { Files, FilesBeneath } from "../platform/platform.ts";
import { splitLines } from "./hunk.ts";
import type { TreeLookup } from "./names.ts";

export interface FileState {
  readonly lines: readonly string[];
  readonly mode: number;
}

/** The folder as it will be: changes are kept here until all are known to fit. */
export class PatchedTree implements TreeLookup {
  readonly #files: FilesBeneath;
  readonly #folder: string;
  /** New states by path, links resolved; `undefined`: removed. */
  readonly #changes = new Map<string, FileState | undefined>();
  /** Folders of the files put so far. */
  readonly #newFolders = new Set<string>();

  constructor(files: Files, folder: string) {
    this.#folder = folder;
    this.#files = files.beneath(folder);
  }

  sizeOf(path: string): number | undefined {
    const real = this.#real(path);
    if (real === undefined) return undefined;
    // Lines, not bytes: callers only ask whether it is zero.
    if (this.#changes.has(real)) return this.#changes.get(real)?.lines.length;
    return this.#files.status(this.#absolute(real))?.size;
  }

  hasFolder(path: string): boolean {
    const real = this.#real(path);
    return real !== undefined && this.#files.status(this.#absolute(real))?.kind === "folder";
  }

  read(path: string): FileState | undefined {
    const real = this.#real(path);
    if (real === undefined) return undefined;
    if (this.#changes.has(real)) return this.#changes.get(real);
    const status = this.#files.status(this.#absolute(real));
    if (status === undefined) return undefined;
    if (status.kind !== "file") throw failed(path, `it is a ${status.kind}, not a file`);
    return { lines: splitLines(bytesToText(this.#files.readFile(this.#absolute(real)))), mode: status.mode };
  }

  put(path: string, state: FileState): void {
    const real = this.#real(path);
    if (real === undefined) throw unsafe(path, "a link on its path leads nowhere");
    for (let at = dirname(real); at !== "." && !this.#newFolders.has(at); at = dirname(at))
      this.#newFolders.add(at);
    this.#changes.set(real, state);
  }

  remove(path: string): void {
    const real = this.#real(path);
    if (real !== undefined) this.#changes.set(real, undefined);
  }

  /** New files first, then removals with the folders that they leave empty, as GNU patch does. */
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

  /** Must be called at the end, also after a failure. */
  release(): void {
    this.#files.release();
  }

  #erase(path: string): void {
    removeTree(this.#files, this.#absolute(path));
    for (let at = dirname(path); at !== "."; at = dirname(at)) {
      if (this.#files.status(this.#absolute(at)) === undefined) continue; // a file that was never written
      if (this.#files.list(this.#absolute(at)).length > 0) return;
      this.#files.removeFolder(this.#absolute(at));
    }
  }

  #absolute(path: string): string {
    return `${this.#folder}/${path}`;
  }

  /**
   * `path` with the links on its path resolved, counting the folders that will have been made by then.
   * `undefined` if one of the links leads nowhere. Throws `patch-unsafe` if it leaves the folder.
   */
  #real(path: string): string | undefined {
    const names = path.split("/");
    const last = names.pop() ?? "";
    const left = names.map((name) => ({ name, isOfLink: false }));
    const found: string[] = [];
    let links = 0;
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const { name, isOfLink } = next;
      if (name === "" || name === ".") continue;
      if (name === "..") {
        if (found.pop() === undefined) throw unsafe(path, OUTSIDE);
        continue;
      }
      const at = [...found, name].join("/");
      const status = this.#files.status(this.#absolute(at));
      if (status?.kind === "symlink") {
        const target = this.#files.readLink(this.#absolute(at));
        if (++links > MAXSYMLINKS || target.startsWith("/")) throw unsafe(path, OUTSIDE);
        left.unshift(...target.split("/").map((part) => ({ name: part, isOfLink: true })));
        continue;
      }
      if (isOfLink && status === undefined && !this.#newFolders.has(at)) return undefined;
      found.push(name);
    }
    return [...found, last].join("/");
  }
}

const OUTSIDE = "a link on its path leads out of the tree";

function unsafe(path: string, what: string): Bq2Error {
  return new Bq2Error(`Cannot patch ${path}: ${what}`, {
    code: "patch-unsafe",
    hint: "the patch or the tree is broken or malicious; check where they came from",
  });
}

export function failed(path: string, what: string): Bq2Error {
  return new Bq2Error(`Cannot patch ${path}: ${what}`, {
    code: "patch-failed",
    hint: "the patch is for another version of the file",
  });
}

/** One character per byte: lines compare and split as text, whatever their encoding. */
export function bytesToText(bytes: Uint8Array): string {
  const STEP = 8192; // arguments per call
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
