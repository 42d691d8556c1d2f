/**
 * Finds where the hunks of a diff fit a file and makes the new file. Search order, offsets and fuzz are those
 * of GNU patch 2.8 (patch.c: `locate_hunk`, `patch_match`, `apply_hunk`), so that what it accepts is accepted
 * here, at the same place. Lines are strings of bytes, line ends included.
 */
import type { Hunk, HunkSide } from "./hunk.ts";

/** GNU patch's default (`-F`): how many lines of context at each end may differ. */
export const DEFAULT_FUZZ = 2;

export interface AppliedHunk {
  /** Line of the old file at which it was applied, from 1. */
  readonly line: number;
  /** Distance in lines from where the hunks before it led to expect it. */
  readonly offset: number;
  readonly fuzz: number;
}

export type HunkOutcome =
  | ({ readonly kind: "applied" } & AppliedHunk)
  /** `line`: where it was expected in the old file. */
  | { readonly kind: "failed"; readonly line: number };

export interface HunkResult {
  /** The new file, made by the hunks that fit. */
  readonly lines: readonly string[];
  readonly outcomes: readonly HunkOutcome[];
  /** The file already has the new side of the first hunk: the patch is already applied. No hunk was tried. */
  readonly isReversed: boolean;
}

export interface HunkOptions {
  readonly maxFuzz: number;
  /** Whether to detect a patch that is already applied. */
  readonly detectsReversed: boolean;
}

/** Applies the hunks in order, except those that do not fit. */
export function applyHunks(
  lines: readonly string[],
  hunks: readonly Hunk[],
  { maxFuzz, detectsReversed }: HunkOptions,
): HunkResult {
  const output = new Output(lines);
  const outcomes: HunkOutcome[] = [];
  let offset = 0;
  for (const [index, hunk] of hunks.entries()) {
    const place = { lines, frozen: output.taken, offset };
    const isFirst = index === 0 && detectsReversed;
    const found = isFirst ? locateFirst(place, hunk, maxFuzz) : locateFuzzy(place, hunk, maxFuzz);
    if (found === "reversed") return { lines, outcomes: [], isReversed: true };
    if (found === undefined || !output.apply(hunk, found.line)) {
      outcomes.push({ kind: "failed", line: hunk.old.first + offset });
      continue;
    }
    outcomes.push({ kind: "applied", ...found, offset: found.line - hunk.old.first - offset });
    offset = found.line - hunk.old.first;
  }
  return { lines: output.finish(), outcomes, isReversed: false };
}

interface HunkPosition {
  readonly lines: readonly string[];
  /** Lines that earlier hunks have used up: the search starts after them. */
  readonly frozen: number;
  /** Distance in lines of the previous hunk from its stated place. */
  readonly offset: number;
}

interface Found {
  readonly line: number;
  readonly fuzz: number;
}

function locateFuzzy(place: HunkPosition, hunk: Hunk, maxFuzz: number): Found | undefined {
  for (let fuzz = 0; fuzz <= fuzzLimit(hunk, maxFuzz); fuzz++) {
    const line = locateHunk(place, hunk, hunk.old, fuzz);
    if (line !== undefined) return { line, fuzz };
  }
  return undefined;
}

/** Like {@link locateFuzzy}, but at each fuzz also tries the hunk in reverse, to detect an applied patch. */
function locateFirst(place: HunkPosition, hunk: Hunk, maxFuzz: number): Found | "reversed" | undefined {
  for (let fuzz = 0; fuzz <= fuzzLimit(hunk, maxFuzz); fuzz++) {
    const line = locateHunk(place, hunk, hunk.old, fuzz);
    if (line !== undefined) return { line, fuzz };
    if (locateHunk(place, hunk, hunk.new, fuzz) !== undefined) return "reversed";
  }
  return undefined;
}

function fuzzLimit(hunk: Hunk, maxFuzz: number): number {
  return Math.min(maxFuzz, Math.max(hunk.prefixContext, hunk.suffixContext));
}

/**
 * The line (from 1) where `side` of the hunk matches, nearest to where it is expected, later lines
 * before earlier ones at the same distance. A hunk with less context at its start than at its end must
 * match at the start of the file, and vice versa, until fuzz makes up for the difference.
 */
function locateHunk(place: HunkPosition, hunk: Hunk, side: HunkSide, fuzz: number): number | undefined {
  const { lines, frozen } = place;
  const count = side.lines.length;
  const firstGuess = side.first + place.offset;
  if (count === 0) return firstGuess;
  const context = Math.max(hunk.prefixContext, hunk.suffixContext);
  const prefixFuzz = fuzz + hunk.prefixContext - context;
  const suffixFuzz = fuzz + hunk.suffixContext - context;
  const maxLine = lines.length - (count - suffixFuzz) + 1;
  const minLine = frozen + 1;
  const maxForward = maxLine - firstGuess;
  const maxBackward = Math.min(firstGuess - minLine, firstGuess - 1);
  const matches = (line: number, prefix: number, suffix: number) =>
    matchesAt(lines, line, side, prefix, suffix);

  if (prefixFuzz < 0 && side.first <= 1) {
    const fits = frozen <= hunk.prefixContext && 1 - firstGuess <= maxForward;
    return fits && matches(1, 0, suffixFuzz) ? 1 : undefined;
  }
  const prefix = Math.max(0, prefixFuzz);
  if (suffixFuzz < 0) {
    const line = lines.length - count + 1;
    return firstGuess - line <= maxBackward && matches(line, prefix, 0) ? line : undefined;
  }
  const farthest = Math.max(maxForward, firstGuess - minLine);
  const nearest = maxForward < 0 ? firstGuess - maxLine : maxBackward < 0 ? firstGuess - minLine : 0;
  for (let distance = nearest; distance <= farthest; distance++) {
    if (distance <= maxForward && matches(firstGuess + distance, prefix, suffixFuzz))
      return firstGuess + distance;
    if (distance <= maxBackward && matches(firstGuess - distance, prefix, suffixFuzz))
      return firstGuess - distance;
  }
  return undefined;
}

/** Whether the side's lines, except `prefix` and `suffix` of them at its ends, are at `line`. */
function matchesAt(
  lines: readonly string[],
  line: number,
  side: HunkSide,
  prefix: number,
  suffix: number,
): boolean {
  for (let i = prefix; i < side.lines.length - suffix; i++) {
    if (lines[line - 1 + i] !== side.lines[i]?.text) return false;
  }
  return true;
}

/** The new file as it grows: lines of the old one are copied up to each change. */
class Output {
  readonly #input: readonly string[];
  readonly #lines: string[] = [];
  /** Lines of the input that were copied or dropped. */
  taken = 0;

  constructor(input: readonly string[]) {
    this.#input = input;
  }

  /**
   * Applies the hunk at `line`. Context is taken from the file, not from the hunk: with fuzz they differ.
   * False if an earlier hunk has already passed that place.
   */
  apply(hunk: Hunk, line: number): boolean {
    const oldLines = hunk.old.lines;
    const newLines = hunk.new.lines;
    let o = 0;
    let n = 0;
    while (o < oldLines.length || newLines[n]?.op === "+") {
      if (oldLines[o]?.op === "-") {
        if (!this.#copyUpTo(line - 1 + o)) return false;
        this.taken++;
        o++;
      } else if (newLines[n]?.op === "+") {
        if (!this.#copyUpTo(line - 1 + o)) return false;
        this.#add(newLines[n]?.text ?? "");
        n++;
      } else {
        o++;
        n++;
      }
    }
    return true;
  }

  finish(): readonly string[] {
    this.#copyUpTo(this.#input.length);
    return this.#lines;
  }

  #copyUpTo(count: number): boolean {
    if (this.taken > count) return false;
    for (; this.taken < count; this.taken++) {
      const line = this.#input[this.taken];
      if (line !== undefined) this.#add(line);
    }
    return true;
  }

  /**
   * Adds `line`, after ending the line before it if that has no line end. (GNU patch does so too, except for
   * a line that is added before context that fuzz has dropped: it joins the two.)
   */
  #add(line: string): void {
    const last = this.#lines.length - 1;
    const previous = this.#lines[last];
    if (previous !== undefined && !previous.endsWith("\n")) this.#lines[last] = `${previous}\n`;
    this.#lines.push(line);
  }
}
