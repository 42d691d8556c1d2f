/**
 * Applies unified diffs to a folder, as `patch -p1 -N` does, but all or nothing: every result is worked
 * out before the first file is written, and a hunk that does not fit changes nothing. Files are bytes in
 * any encoding; modes are kept, or set where git's mode lines say so. No `.orig` or `.rej` files.
 */
import { Bq2Error } from "../base/error.ts";
import { dirname, isWithin } from "../base/path.ts";
import { makeFolders, removeTree, writeFileAtomic } from "../platform/files.ts";
import type { Files, Platform } from "../platform/platform.ts";
import { type AppliedHunk, applyHunks, DEFAULT_FUZZ } from "./patch-apply.ts";
import { type Hunk, splitLines } from "./patch-hunk.ts";
import { chooseFile, movePaths, type TreeLookup } from "./patch-names.ts";
import { type FilePatch, parsePatch } from "./patch-parse.ts";

export interface PatchRequest {
  readonly patch: Uint8Array;
  /** Absolute path of the tree to change. */
  readonly folder: string;
  /** What to call the patch in messages. */
  readonly name: string;
  /** Folders to drop from the names in the patch (`patch -p`); 1 unless told. */
  readonly strip?: number;
  /** Lines of context that may differ at each end of a hunk (`patch -F`); 2 unless told. */
  readonly fuzz?: number;
}

export interface PatchedFile {
  /** Relative to the folder: the file's new name, or the old one where it is gone. */
  readonly path: string;
  readonly change: "created" | "changed" | "deleted" | "renamed" | "copied";
  readonly hunks: readonly AppliedHunk[];
}

/**
 * Changes the tree and tells what was changed and how well each hunk fitted. Throws Bq2Error, with
 * nothing changed: `patch-malformed`, `patch-unsupported`, `patch-unsafe` (a name that leaves the tree),
 * `patch-already-applied` (the reversed patch fits), `patch-failed`.
 */
export function applyPatchToTree(
  platform: Pick<Platform, "files">,
  request: PatchRequest,
): readonly PatchedFile[] {
  const tree = new PatchedTree(platform.files, request.folder);
  try {
    const report = parsePatch(bytesToText(request.patch)).map((patch) => applyToFile(tree, patch, request));
    tree.write();
    return report;
  } catch (error) {
    if (!(error instanceof Bq2Error) || !error.code.startsWith("patch-")) throw error;
    throw new Bq2Error(`${request.name}: ${error.message}`, {
      code: error.code,
      hint: error.hint,
      cause: error,
    });
  }
}

function applyToFile(tree: PatchedTree, patch: FilePatch, request: PatchRequest): PatchedFile {
  const { from, to } = pathsOf(tree, patch, request.strip ?? 1);
  const before = tree.read(from);
  const lines = before?.lines ?? [];
  const result = applyHunks(lines, patch.hunks, request.fuzz ?? DEFAULT_FUZZ);
  if (result.kind === "reversed") throw alreadyApplied(from);
  if (result.kind === "failed") throw hunkFailed(from, lines, patch.hunks, result.hunk, result.line);
  const { hunks } = result;
  if (patch.existence.new === "missing") {
    if (result.lines.length > 0) throw leftOver(from, result.lines.length);
    tree.remove(from);
    return { path: from, change: "deleted", hunks };
  }
  const { old: oldMode, new: newMode } = patch.modes;
  const mode = newMode !== undefined && newMode !== oldMode ? newMode : (before?.mode ?? NEW_FILE_MODE);
  tree.put(to, { lines: result.lines, mode });
  if (patch.move === "rename") tree.remove(from);
  const change = before === undefined ? "created" : "changed";
  return {
    path: to,
    change: patch.move === "rename" ? "renamed" : patch.move === "copy" ? "copied" : change,
    hunks,
  };
}

const NEW_FILE_MODE = 0o644;

/** The file that is read and the one that is written: the same, but for git's renames and copies. */
function pathsOf(
  tree: PatchedTree,
  patch: FilePatch,
  strip: number,
): { readonly from: string; readonly to: string } {
  if (patch.move !== "none") {
    const paths = movePaths(patch, strip);
    if (paths === undefined) throw noFile(patch, [], []);
    if (tree.sizeOf(paths.to) !== undefined) {
      if (tree.sizeOf(paths.from) === undefined) throw alreadyApplied(paths.to);
      throw failed(paths.to, `git's ${patch.move} would write over it`);
    }
    if (tree.sizeOf(paths.from) === undefined) throw noFile(patch, [paths.from], []);
    return paths;
  }
  const choice = chooseFile(patch, strip, tree);
  if (choice.kind === "already") throw alreadyApplied(choice.path);
  if (choice.kind === "none") throw noFile(patch, choice.names, choice.unsafe);
  return { from: choice.path, to: choice.path };
}

interface FileState {
  readonly lines: readonly string[];
  readonly mode: number;
}

/** The folder as it will be: what is changed is kept here until all is known to fit. */
class PatchedTree implements TreeLookup {
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

function alreadyApplied(path: string): Bq2Error {
  return new Bq2Error(`Cannot patch ${path}: the patch is already applied (reversed it fits)`, {
    code: "patch-already-applied",
    hint: "unpack the sources again, or leave this patch out",
  });
}

function noFile(patch: FilePatch, names: readonly string[], unsafe: readonly string[]): Bq2Error {
  const at = `(line ${patch.patchLine} of the patch)`;
  if (names.length === 0 && unsafe.length > 0) {
    return new Bq2Error(`Cannot patch ${unsafe.join(" or ")}: the name leads out of the tree ${at}`, {
      code: "patch-unsafe",
      hint: "the patch is broken or made to do harm; check where it came from",
    });
  }
  const looked = names.length === 0 ? "its headers name none" : `looked for ${names.join(" and ")}`;
  return new Bq2Error(`Cannot find the file to patch: ${looked} ${at}`, {
    code: "patch-failed",
    hint: "the patch is for another version, or the number of folders to strip is wrong",
  });
}

function leftOver(path: string, lines: number): Bq2Error {
  return failed(path, `the patch deletes it, but ${lines} lines would be left of it`);
}

function failed(path: string, what: string): Bq2Error {
  return new Bq2Error(`Cannot patch ${path}: ${what}`, {
    code: "patch-failed",
    hint: "the patch is for another version of the file",
  });
}

/** Tells the first line that differs where the hunk was expected. */
function hunkFailed(
  path: string,
  lines: readonly string[],
  hunks: readonly Hunk[],
  index: number,
  line: number,
): Bq2Error {
  const hunk = hunks[index] as Hunk;
  const wanted = hunk.old.lines;
  const differing = wanted.findIndex(({ text }, i) => lines[line - 1 + i] !== text);
  const at = Math.max(0, differing);
  const wantedText = wanted[at]?.text;
  const foundText = lines[line - 1 + at];
  const isLineEnding =
    wantedText !== undefined && foundText?.replace("\r\n", "\n") === wantedText.replace("\r\n", "\n");
  const message =
    `Cannot patch ${path}: hunk ${index + 1} of ${hunks.length} (line ${hunk.patchLine} of the patch) does not fit;` +
    ` at line ${line + at} wanted ${quote(wantedText)}, found ${quote(foundText)}`;
  return new Bq2Error(message, {
    code: "patch-failed",
    hint: isLineEnding
      ? "the line ends differ (CRLF and LF): convert the patch"
      : "the patch is for another version of the file",
  });
}

const QUOTED_LENGTH = 100;

function quote(line: string | undefined): string {
  return line === undefined ? "nothing" : JSON.stringify(line.replace(/\n$/, "").slice(0, QUOTED_LENGTH));
}

/** One character a byte: lines compare and split as text, whatever their encoding. */
function bytesToText(bytes: Uint8Array): string {
  const STEP = 8192; // arguments of one call
  let text = "";
  for (let at = 0; at < bytes.length; at += STEP)
    text += String.fromCharCode(...bytes.subarray(at, at + STEP));
  return text;
}

function textToBytes(lines: readonly string[]): Uint8Array {
  const text = lines.join("");
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
