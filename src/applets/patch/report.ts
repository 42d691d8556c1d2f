/** What `patch` prints about hunks, and the text of its reject files, in GNU patch's words. */
import type { HunkResult } from "../../patch/apply.ts";
import { stripName } from "../../patch/header.ts";
import type { Hunk, HunkSide } from "../../patch/hunk.ts";
import type { FilePatch } from "../../patch/parse.ts";

/** A line for each hunk that failed, moved or fit inexactly. */
export function hunkLines(hunks: readonly Hunk[], { outcomes }: HunkResult): string[] {
  let grown = 0; // lines that earlier hunks have added
  return outcomes.flatMap((outcome, index) => {
    const hunk = hunks[index] as Hunk;
    const line = outcome.line + grown;
    if (outcome.kind === "failed") return [`Hunk #${index + 1} FAILED at ${hunk.old.first + grown}.`];
    grown += growthOf(hunk);
    const offset = outcome.line - hunk.old.first;
    if (outcome.fuzz === 0 && offset === 0) return [];
    const fuzzy = outcome.fuzz === 0 ? "" : ` with fuzz ${outcome.fuzz}`;
    const moved = offset === 0 ? "" : ` (offset ${offset} line${offset === 1 ? "" : "s"})`;
    return [`Hunk #${index + 1} succeeded at ${line}${fuzzy}${moved}.`];
  });
}

function growthOf(hunk: Hunk): number {
  return hunk.new.lines.length - hunk.old.lines.length;
}

export function summaryLine(failed: number, all: number, what: "FAILED" | "ignored"): string {
  return `${failed} out of ${all} hunk${all === 1 ? "" : "s"} ${what}`;
}

/** The failed hunks as a separate diff; its line numbers count the lines that earlier hunks have added. */
export function rejectedText(
  patch: FilePatch,
  strip: number,
  rejected: readonly Hunk[],
  outcomes: HunkResult["outcomes"],
): string {
  const name = (stated: string | undefined): string =>
    (stated === undefined ? undefined : stripName(stated, strip)) ?? "/dev/null";
  let text = `--- ${name(patch.names.old)}\n+++ ${name(patch.names.new)}\n`;
  let grown = 0;
  for (const [index, hunk] of patch.hunks.entries()) {
    if (rejected.includes(hunk)) text += hunkText(hunk, grown);
    else if (outcomes[index]?.kind === "applied") grown += growthOf(hunk);
  }
  return text;
}

function hunkText(hunk: Hunk, moved: number): string {
  const heading = hunk.heading === "" ? "" : ` ${hunk.heading}`;
  let text = `@@ -${rangeText(hunk.old, moved)} +${rangeText(hunk.new, moved)} @@${heading}\n`;
  let [o, n] = [0, 0];
  const add = (op: string, line: string): void => {
    text += op + (line.endsWith("\n") ? line : `${line}\n\\ No newline at end of file\n`);
  };
  while (o < hunk.old.lines.length || n < hunk.new.lines.length) {
    const [old, fresh] = [hunk.old.lines[o], hunk.new.lines[n]];
    if (old?.op === "-") add("-", hunk.old.lines[o++]?.text ?? "");
    else if (fresh?.op === "+") add("+", hunk.new.lines[n++]?.text ?? "");
    else {
      add(" ", old?.text ?? fresh?.text ?? "");
      o++;
      n++;
    }
  }
  return text;
}

/** A side without lines has the number of the line before it. */
function rangeText({ first, lines }: HunkSide, moved: number): string {
  const start = first + moved - (lines.length === 0 ? 1 : 0);
  return lines.length === 1 ? String(start) : `${start},${lines.length}`;
}
