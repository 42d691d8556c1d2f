/**
 * Reads unified diffs, plain and git's, as GNU patch 2.8 does (pch.c: `intuit_diff_type`): text around the
 * diffs is skipped, headers name the files; `hunk.ts` reads the hunks. Not read: context, normal and ed
 * diffs, git's binary patches and changes of symlinks (each an error that says so), and diffs that are
 * indented as a whole.
 *
 * A patch is bytes: lines are strings with one character per byte.
 */
import { Bq2Error } from "../base/error.ts";
import { type HeaderName, parseGitNames, parseHeaderName } from "./header.ts";
import { type Hunk, malformed, parseHunks, reverseHunk, splitLines } from "./hunk.ts";

/** A side of a diff: the file before, or after. */
export type Side = "old" | "new";

/** What a diff says of a side: it exists; it is empty or missing; it is certainly missing. */
export type Existence = "exists" | "maybe-missing" | "missing";

export interface FilePatch {
  /** Line of the patch where it starts (its first hunk, or its header if it has none). */
  readonly patchLine: number;
  /** Names as stated, not stripped; `undefined` if there is none, or for `/dev/null`. */
  readonly names: { readonly old?: string; readonly new?: string; readonly index?: string };
  readonly existence: { readonly [S in Side]: Existence };
  /** How the new name came about, according to git. */
  readonly move: "none" | "rename" | "copy";
  /** Git's mode lines, permission bits only. */
  readonly modes: { readonly old?: number; readonly new?: number };
  readonly hunks: readonly Hunk[];
}

/** Every file's patch, in order. An empty patch has none; any other text without a diff is an error. */
export function parsePatch(text: string): FilePatch[] {
  const lines = splitLines(text);
  // GNU patch ignores a last line without a line end.
  if (lines.at(-1)?.endsWith("\n") === false) lines.pop();
  const patches: FilePatch[] = [];
  let at = 0;
  for (;;) {
    const scan = scanHeader(lines, at);
    if (scan === undefined) break;
    const { hunks, next } = scan.hasHunks
      ? parseHunks(lines, scan.at, scan.header.stripsCr)
      : { hunks: [], next: scan.at };
    patches.push(filePatchOf(scan.header, scan.at + 1, hunks));
    at = next;
  }
  if (patches.length === 0 && lines.length > 0) throw malformed(1, "it contains no unified diff");
  return patches;
}

/** What the lines before a diff's hunks have stated so far. */
interface Header {
  old: HeaderName;
  new: HeaderName;
  index: string | undefined;
  isGit: boolean;
  /** A line has given the names. */
  isFound: boolean;
  /** One of git's lines has stated a change that needs no hunk. */
  isExtended: boolean;
  stripsCr: boolean;
  existence: { old: Existence; new: Existence };
  modes: { old?: number; new?: number };
  renames: { from: boolean; to: boolean };
  copies: { from: boolean; to: boolean };
}

function emptyHeader(): Header {
  return {
    old: { name: undefined, time: undefined },
    new: { name: undefined, time: undefined },
    index: undefined,
    isGit: false,
    isFound: false,
    isExtended: false,
    stripsCr: false,
    existence: { old: "exists", new: "exists" },
    modes: {},
    renames: { from: false, to: false },
    copies: { from: false, to: false },
  };
}

interface Scan {
  readonly header: Header;
  /** Index of the line where the hunks start, or where the next patch's header does. */
  readonly at: number;
  readonly hasHunks: boolean;
}

/** Reads from line `start` to the next patch's first hunk; `undefined` if there is none. */
function scanHeader(lines: readonly string[], start: number): Scan | undefined {
  const header = emptyHeader();
  for (let at = start; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (line.startsWith("diff --git ") && header.isExtended) return { header, at, hasHunks: false };
    if (line.startsWith("@@ -") && header.isFound) {
      applyRanges(header, line);
      return { header, at, hasHunks: true };
    }
    if (/^\*{8}/.test(line) && /^\*\*\*[ \t]/.test(lines[at + 1] ?? "") && header.isFound) {
      throw unsupported(at + 1, "a context diff");
    }
    readHeaderLine(header, line, at + 1);
  }
  return header.isExtended ? { header, at: lines.length, hasHunks: false } : undefined;
}

function readHeaderLine(header: Header, line: string, patchLine: number): void {
  if (/^\+\+\+[ \t]/.test(line)) setName(header, "new", line);
  else if (/^---[ \t]/.test(line)) setName(header, "old", line);
  else if (/^\*\*\*[ \t]/.test(line))
    header.isFound = true; // a context diff's; refused when its hunk comes
  else if (line.startsWith("Index:")) {
    header.index = parseHeaderName(line.slice("Index:".length), false)?.name ?? header.index;
    header.isFound = true;
    header.stripsCr = line.endsWith("\r\n");
  } else if (line.startsWith("diff --git ")) {
    const names = parseGitNames(line.slice("diff --git ".length));
    header.old = { name: names?.old, time: undefined };
    header.new = { name: names?.new, time: undefined };
    header.isGit = true;
    header.isFound = true;
  } else if (header.isGit) readGitLine(header, line, patchLine);
}

function setName(header: Header, side: Side, line: string): void {
  const parsed = parseHeaderName(line.slice(4), true);
  header.isFound = true;
  header.stripsCr = line.endsWith("\r\n");
  if (parsed === undefined) return;
  // For /dev/null the name from git's own line stays: that file is created or removed.
  header[side] = { name: parsed.name ?? header[side].name, time: parsed.time };
}

/** Git's lines between `diff --git` and the hunks (git-diff(1), "Generating patch text with -p"). */
function readGitLine(header: Header, line: string, patchLine: number): void {
  const text = line.replace(/\r?\n$/, "");
  const mode = (): number => parseMode(text, patchLine);
  if (text.startsWith("index ")) {
    const index = /^index ([0-9a-f]+)\.\.([0-9a-f]+)(?: +([0-7]{6}))?$/.exec(text);
    if (index === null) return;
    header.existence = { old: existenceOfHash(index[1] ?? ""), new: existenceOfHash(index[2] ?? "") };
    if (index[3] !== undefined) header.modes = { old: mode(), new: mode() };
  } else if (text.startsWith("old mode ")) header.modes.old = mode();
  else if (text.startsWith("new mode ")) header.modes.new = mode();
  else if (text.startsWith("deleted file mode ")) {
    header.modes.old = mode();
    header.existence.new = "missing";
  } else if (text.startsWith("new file mode ")) {
    header.modes.new = mode();
    header.existence.old = "missing";
  } else if (text.startsWith("rename from ")) header.renames.from = true;
  else if (text.startsWith("rename to ")) header.renames.to = true;
  else if (text.startsWith("copy from ")) header.copies.from = true;
  else if (text.startsWith("copy to ")) header.copies.to = true;
  else if (text.startsWith("GIT binary patch") || /^Binary files .* differ$/.test(text)) {
    throw unsupported(patchLine, "a git binary patch");
  } else return;
  header.isExtended = true;
}

/** Git's hash of the empty file: the file is empty, or missing. */
const EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

function existenceOfHash(hash: string): Existence {
  if (/^0*$/.test(hash)) return "missing";
  return EMPTY_BLOB.startsWith(hash) ? "maybe-missing" : "exists";
}

function parseMode(text: string, patchLine: number): number {
  const digits = /([0-7]{6})$/.exec(text)?.[1];
  if (digits === undefined) throw malformed(patchLine, "a mode of six octal digits is missing");
  if (!digits.startsWith("100")) throw unsupported(patchLine, "a change of a symbolic link or submodule");
  return Number.parseInt(digits.slice(3), 8);
}

/** A side with no lines at line 0 may be missing; a time at the epoch, or /dev/null, makes that certain. */
function applyRanges(header: Header, line: string): void {
  if (/^@@ -0(?![0-9])/.test(line))
    header.existence.old = header.old.time === "epoch" ? "missing" : "maybe-missing";
  if (/^@@ -[^ \n]* +\+0(?![0-9])/.test(line)) {
    header.existence.new = header.new.time === "epoch" ? "missing" : "maybe-missing";
  }
}

function filePatchOf(header: Header, patchLine: number, hunks: readonly Hunk[]): FilePatch {
  const { old, new: next, index } = header;
  const { renames, copies } = header;
  return {
    patchLine,
    names: {
      ...(old.name === undefined ? {} : { old: old.name }),
      ...(next.name === undefined ? {} : { new: next.name }),
      ...(index === undefined ? {} : { index }),
    },
    existence: header.existence,
    move: renames.from && renames.to ? "rename" : copies.from && copies.to ? "copy" : "none",
    modes: header.modes,
    hunks,
  };
}

/** The patch that undoes `patch` (`patch -R`). Throws `patch-unsupported` for git's copies. */
export function reversePatch(patch: FilePatch): FilePatch {
  if (patch.move === "copy") throw unsupported(patch.patchLine, "undoing a git copy");
  const { names, existence, modes } = patch;
  return {
    ...patch,
    names: {
      ...(names.new === undefined ? {} : { old: names.new }),
      ...(names.old === undefined ? {} : { new: names.old }),
      ...(names.index === undefined ? {} : { index: names.index }),
    },
    existence: { old: existence.new, new: existence.old },
    modes: {
      ...(modes.new === undefined ? {} : { old: modes.new }),
      ...(modes.old === undefined ? {} : { new: modes.old }),
    },
    hunks: patch.hunks.map(reverseHunk),
  };
}

function unsupported(patchLine: number, what: string): Bq2Error {
  return new Bq2Error(`Cannot apply the patch: ${what} is not supported (line ${patchLine})`, {
    code: "patch-unsupported",
    hint: "make the change as a unified diff (diff -u) of plain files",
  });
}
