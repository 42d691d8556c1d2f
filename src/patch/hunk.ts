/**
 * The hunks of a unified diff, as GNU patch 2.8 reads them (pch.c: `another_hunk`): the counts in a hunk's
 * first line say where it ends. Lines are strings with one character per byte.
 */
import { Bq2Error } from "../base/error.ts";

export interface HunkLine {
  readonly op: " " | "-" | "+";
  /** With its line end, unless the file ends without one here. */
  readonly text: string;
}

/** One side of a hunk: where it starts and its lines. */
export interface HunkSide {
  /** Line number, from 1; for a side without lines, the number that its first line would have. */
  readonly first: number;
  readonly lines: readonly HunkLine[];
}

export interface Hunk {
  /** The line of the patch that the hunk starts at, for messages. */
  readonly patchLine: number;
  readonly old: HunkSide;
  readonly new: HunkSide;
  /** Lines of context before the first change and after the last. */
  readonly prefixContext: number;
  readonly suffixContext: number;
  /** The text after the line numbers: the function that the hunk is in, or empty. */
  readonly heading: string;
}

/** The lines of a text, each with its line end; the last may lack one. */
export function splitLines(text: string): string[] {
  const lines: string[] = [];
  let start = 0;
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
    lines.push(text.slice(start, end + 1));
    start = end + 1;
  }
  if (start < text.length) lines.push(text.slice(start));
  return lines;
}

/** The hunk that undoes `hunk`. */
export function reverseHunk(hunk: Hunk): Hunk {
  const turned = ({ first, lines }: HunkSide): HunkSide => ({
    first,
    lines: lines.map(({ op, text }) => ({ op: op === "+" ? "-" : op === "-" ? "+" : op, text })),
  });
  return { ...hunk, old: turned(hunk.new), new: turned(hunk.old) };
}

/** The consecutive hunks from line `start` on (an index, from 0), and the line after them. */
export function parseHunks(
  lines: readonly string[],
  start: number,
  stripsCr: boolean,
): { readonly hunks: readonly Hunk[]; readonly next: number } {
  const hunks: Hunk[] = [];
  let at = start;
  while (lines[at]?.startsWith("@@ -") === true) {
    const { hunk, next } = parseHunk(lines, at, stripsCr);
    hunks.push(hunk);
    at = skipComments(lines, next);
  }
  return { hunks, next: at };
}

/** GNU patch skips lines that start with `#`. */
function skipComments(lines: readonly string[], start: number): number {
  let at = start;
  while (lines[at]?.startsWith("#") === true) at++;
  return at;
}

/** GNU patch assumes that up to three lines missing at the very end of a patch were blank and got chopped. */
const CHOPPED_LINES = 3;

function parseHunk(lines: readonly string[], start: number, stripsCr: boolean): { hunk: Hunk; next: number } {
  const ranges = parseRanges(lines[start] ?? "", start + 1);
  const oldLines: HunkLine[] = [];
  const newLines: HunkLine[] = [];
  let at = start + 1;
  while (oldLines.length < ranges.old.count || newLines.length < ranges.new.count) {
    at = skipComments(lines, at);
    const endsEarly = at >= lines.length && ranges.new.count - newLines.length > CHOPPED_LINES;
    if (endsEarly) throw malformed(at, "it ends within a hunk");
    const { op, text } = readHunkLine(lines[at] ?? " \n", at + 1, stripsCr);
    at++;
    const oldLeft = op === "+" ? undefined : ranges.old.count - oldLines.length;
    const newLeft = op === "-" ? undefined : ranges.new.count - newLines.length;
    if (oldLeft === 0 || newLeft === 0)
      throw malformed(at, "a hunk has more lines than its line numbers say");
    // The mark "\\ No newline at end of file" may come only after the last line of a side.
    const isCut = (oldLeft === 1 || newLeft === 1) && lines[at]?.startsWith("\\") === true;
    if (isCut) at++;
    const cut = isCut ? text.slice(0, -1) : text;
    if (oldLeft !== undefined) oldLines.push({ op, text: oldLeft === 1 ? cut : text });
    if (newLeft !== undefined) newLines.push({ op, text: cut });
  }
  const hunk: Hunk = {
    patchLine: start + 1,
    old: { first: ranges.old.first, lines: oldLines },
    new: { first: ranges.new.first, lines: newLines },
    prefixContext: contextOf(oldLines, newLines),
    suffixContext: contextOf(oldLines.toReversed(), newLines.toReversed()),
    heading: /@@ (.*)/.exec((lines[start] ?? "").slice(2))?.[1] ?? "",
  };
  if (isContextOnly(hunk.old) && isContextOnly(hunk.new))
    throw malformed(start + 1, "a hunk changes nothing");
  return { hunk, next: at };
}

interface Range {
  readonly first: number;
  readonly count: number;
}

const HUNK_HEADER = /^@@ -\s*(\d{1,15})\s*(?:,\s*(\d{1,15})\s*)?\+\s*(\d{1,15})\s*(?:,\s*(\d{1,15})\s*)?@/;

function parseRanges(line: string, patchLine: number): { readonly old: Range; readonly new: Range } {
  const found = HUNK_HEADER.exec(line);
  if (found === null) throw malformed(patchLine, "a hunk's line numbers cannot be read");
  const range = (first: string | undefined, length: string | undefined): Range => {
    const count = Number(length ?? 1);
    // Without lines, the number is that of the line before.
    return { first: Number(first) + (count === 0 ? 1 : 0), count };
  };
  return { old: range(found[1], found[2]), new: range(found[3], found[4]) };
}

/** Lines of context before the first change: a side that it does not touch may continue with more. */
function contextOf(oldLines: readonly HunkLine[], newLines: readonly HunkLine[]): number {
  const leading = (lines: readonly HunkLine[]) => {
    const change = lines.findIndex(({ op }) => op !== " ");
    return change < 0 ? lines.length : change;
  };
  return Math.min(leading(oldLines), leading(newLines));
}

function isContextOnly(side: HunkSide): boolean {
  return side.lines.every(({ op }) => op === " ");
}

function readHunkLine(line: string, patchLine: number, stripsCr: boolean): HunkLine {
  const text = stripsCr && line.endsWith("\r\n") ? `${line.slice(0, -2)}\n` : line;
  const op = text[0];
  // Mailers drop the space of blank context lines, and of those that start with a tab.
  if (op === "\n" || op === "\t") return { op: " ", text };
  if (op === " " || op === "=") return { op: " ", text: text.slice(1) };
  if (op === "-" || op === "+") return { op, text: text.slice(1) };
  throw malformed(patchLine, "a hunk's line starts with neither space, plus nor minus");
}

export function malformed(patchLine: number, what: string): Bq2Error {
  return new Bq2Error(`Cannot read the patch: ${what} (line ${patchLine})`, {
    code: "patch-malformed",
    hint: "it is cut short or was changed by hand or by a mailer; get it again",
  });
}
