/**
 * Applies unified diffs to a folder, like `patch -p1 -N`, but all or nothing: every result is computed before
 * the first file is written, and a hunk that does not fit changes nothing. Files are bytes in any encoding;
 * modes are kept, or set if git's mode lines say so. No `.orig` or `.rej` files.
 */
import { Bq2Error } from "../base/error.ts";
import type { Platform } from "../platform/platform.ts";
import { type AppliedHunk, applyHunks, DEFAULT_FUZZ } from "./apply.ts";
import type { Hunk } from "./hunk.ts";
import { chooseFile, movePaths } from "./names.ts";
import { type FilePatch, parsePatch } from "./parse.ts";
import { bytesToText, failed, PatchedTree } from "./tree.ts";

export interface PatchRequest {
  readonly patch: Uint8Array;
  /** Absolute path of the tree to change. */
  readonly folder: string;
  /** What to call the patch in messages. */
  readonly name: string;
  /** Folders to drop from the names in the patch (`patch -p`); by default 1. */
  readonly strip?: number;
  /** Lines of context that may differ at each end of a hunk (`patch -F`); by default 2. */
  readonly fuzz?: number;
}

export interface PatchedFile {
  /** Relative to the folder: the file's new name, or the old one if it was deleted. */
  readonly path: string;
  readonly change: "created" | "changed" | "deleted" | "renamed" | "copied";
  readonly hunks: readonly AppliedHunk[];
}

/**
 * Changes the tree; returns what was changed and how well each hunk fit. Throws Bq2Error and changes nothing:
 * `patch-malformed`, `patch-unsupported`, `patch-unsafe` (a name that leaves the tree),
 * `patch-already-applied` (the patch fits in reverse), `patch-failed`.
 */
export function applyPatchToTree(
  platform: Pick<Platform, "files">,
  request: PatchRequest,
): readonly PatchedFile[] {
  const tree = new PatchedTree(platform.files, request.folder);
  try {
    const patched = parsePatch(bytesToText(request.patch)).map((patch) => applyToFile(tree, patch, request));
    tree.write();
    return patched;
  } catch (error) {
    if (!(error instanceof Bq2Error) || !error.code.startsWith("patch-")) throw error;
    throw new Bq2Error(`${request.name}: ${error.message}`, {
      code: error.code,
      hint: error.hint,
      cause: error,
    });
  } finally {
    tree.release();
  }
}

function applyToFile(tree: PatchedTree, patch: FilePatch, request: PatchRequest): PatchedFile {
  const { from, to } = pathsOf(tree, patch, request.strip ?? 1);
  const before = tree.read(from);
  const lines = before?.lines ?? [];
  const options = { maxFuzz: request.fuzz ?? DEFAULT_FUZZ, detectsReversed: true };
  const result = applyHunks(lines, patch.hunks, options);
  if (result.isReversed) throw alreadyApplied(from);
  const hunks = result.outcomes.map((outcome, index) => {
    if (outcome.kind === "failed") throw hunkFailed(from, lines, patch.hunks, index, outcome.line);
    const { line, offset, fuzz } = outcome;
    return { line, offset, fuzz };
  });
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

/** The file that is read and the one that is written: the same, except for git's renames and copies. */
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
      throw failed(paths.to, `git's ${patch.move} would overwrite it`);
    }
    if (tree.sizeOf(paths.from) === undefined) throw noFile(patch, [paths.from], []);
    return paths;
  }
  const choice = chooseFile(patch, strip, tree);
  if (choice.kind === "already") throw alreadyApplied(choice.path);
  if (choice.kind === "none") throw noFile(patch, choice.names, choice.unsafe);
  return { from: choice.path, to: choice.path };
}

function alreadyApplied(path: string): Bq2Error {
  return new Bq2Error(`Cannot patch ${path}: the patch is already applied (it fits in reverse)`, {
    code: "patch-already-applied",
    hint: "unpack the sources again, or leave this patch out",
  });
}

function noFile(patch: FilePatch, names: readonly string[], unsafe: readonly string[]): Bq2Error {
  const at = `(line ${patch.patchLine} of the patch)`;
  if (names.length === 0 && unsafe.length > 0) {
    return new Bq2Error(`Cannot patch ${unsafe.join(" or ")}: the name leads out of the tree ${at}`, {
      code: "patch-unsafe",
      hint: "the patch is broken or malicious; check where it came from",
    });
  }
  const looked = names.length === 0 ? "its headers name none" : `looked for ${names.join(" and ")}`;
  return new Bq2Error(`Cannot find the file to patch: ${looked} ${at}`, {
    code: "patch-failed",
    hint: "the patch is for another version, or the number of folders to strip is wrong",
  });
}

function leftOver(path: string, lines: number): Bq2Error {
  return failed(path, `the patch deletes it, but ${lines} lines would be left`);
}

/** Names the first line that differs where the hunk was expected. */
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
