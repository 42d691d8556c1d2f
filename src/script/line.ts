/** A line being typed, and what keys do to it. Characters are code points; the cursor never splits one. */
import type { KeyName } from "./keys.ts";

export interface Line {
  readonly text: string;
  /** Where the next character goes: 0 to `text.length`. */
  readonly cursor: number;
}

export const EMPTY_LINE: Line = { text: "", cursor: 0 };

type Edit = (before: string, after: string) => readonly [before: string, after: string];

const LAST_CHARACTER = /.$/su;
const FIRST_CHARACTER = /^./su;
const LAST_WORD = /[\w$\x80-\uffff]*[^\w$\x80-\uffff]*$/;
const FIRST_WORD = /^[^\w$\x80-\uffff]*[\w$\x80-\uffff]*/;

/** From the text before and after the cursor to the new text before and after it. */
const EDITS: { readonly [N in KeyName]?: Edit } = {
  backspace: (before, after) => [before.replace(LAST_CHARACTER, ""), after],
  delete: (before, after) => [before, after.replace(FIRST_CHARACTER, "")],
  left: (before, after) => moveLeft(before, after, LAST_CHARACTER),
  right: (before, after) => moveRight(before, after, FIRST_CHARACTER),
  "word-left": (before, after) => moveLeft(before, after, LAST_WORD),
  "word-right": (before, after) => moveRight(before, after, FIRST_WORD),
  home: (before, after) => ["", before + after],
  end: (before, after) => [before + after, ""],
  "delete-word": (before, after) => [before.replace(LAST_WORD, ""), after],
  "delete-line": (_before, after) => ["", after],
  "delete-rest": (before) => [before, ""],
};

function moveLeft(before: string, after: string, end: RegExp): readonly [string, string] {
  const moved = end.exec(before)?.[0] ?? "";
  return [before.slice(0, before.length - moved.length), moved + after];
}

function moveRight(before: string, after: string, start: RegExp): readonly [string, string] {
  const moved = start.exec(after)?.[0] ?? "";
  return [before + moved, after.slice(moved.length)];
}

/** The line after a key; `undefined` for keys that do not edit. */
export function editLine({ text, cursor }: Line, key: KeyName): Line | undefined {
  const edited = EDITS[key]?.(text.slice(0, cursor), text.slice(cursor));
  return edited === undefined ? undefined : { text: edited.join(""), cursor: edited[0].length };
}

export function insertText({ text, cursor }: Line, inserted: string): Line {
  return {
    text: text.slice(0, cursor) + inserted + text.slice(cursor),
    cursor: cursor + inserted.length,
  };
}

/** A line with this text and the cursor at its end. */
export function lineOf(text: string): Line {
  return { text, cursor: text.length };
}
