/**
 * Reads lines from a person at a terminal, with editing, history and completion. Treats every character as
 * one column wide.
 */
import { bytesToName } from "../base/text.ts";
import type { Completion } from "./complete.ts";
import type { History } from "./history.ts";
import { type Key, type KeyName, parseKeys } from "./keys.ts";
import { EMPTY_LINE, editLine, insertText, type Line, lineOf } from "./line.ts";

/** A terminal's input and output. */
export interface Terminal {
  /** Resolves with typed bytes; empty at the end of input. */
  read(): Promise<Uint8Array>;
  write(text: string): void;
  columns(): number;
  /** Switches to reading single keys; the returned function switches back. */
  readKeys(): () => void;
}

/** The person's action: typed a line, dropped it (Ctrl-C), or left (Ctrl-D on an empty line). */
export type Typed = { readonly line: string } | "dropped" | "left";

export interface LineReader {
  readLine(prompt: string): Promise<Typed>;
}

export function lineReader(
  terminal: Terminal,
  history: History,
  completeAt: (before: string) => Completion,
): LineReader {
  /** Typed ahead: keys after the end of a line, and the start of a sequence. */
  let keys: Key[] = [];
  let rest = "";
  const nextKey = async (): Promise<Key> => {
    for (;;) {
      const key = keys.shift();
      if (key !== undefined) return key;
      const bytes = await terminal.read();
      if (bytes.length === 0) return { name: "end-of-input" };
      const parsed = parseKeys(rest + bytesToName(bytes));
      keys = [...parsed.keys];
      rest = parsed.rest;
    }
  };
  return {
    async readLine(prompt) {
      const restore = terminal.readKeys();
      const session = new Session(terminal, history, completeAt, prompt);
      try {
        session.draw();
        for (;;) {
          const typed = session.take(await nextKey());
          if (typed !== undefined) return typed;
        }
      } finally {
        restore();
      }
    },
  };
}

/** One line, from its prompt to its end. */
class Session {
  #line: Line = EMPTY_LINE;
  /** Index into the history; its length means the new line. */
  #position: number;
  #draft = "";
  /** Rows from the prompt down to the cursor. */
  #row = 0;
  #wasTab = false;
  readonly #terminal: Terminal;
  readonly #history: History;
  readonly #completeAt: (before: string) => Completion;
  readonly #prompt: string;

  constructor(
    terminal: Terminal,
    history: History,
    completeAt: (before: string) => Completion,
    prompt: string,
  ) {
    this.#terminal = terminal;
    this.#history = history;
    this.#completeAt = completeAt;
    this.#prompt = prompt;
    this.#position = history.lines.length;
  }

  /** `undefined` if the line continues. */
  take(key: Key): Typed | undefined {
    const wasTab = this.#wasTab;
    this.#wasTab = key.name === "tab";
    if (key.name === undefined) this.#change(insertText(this.#line, key.text));
    else if (key.name === "tab") this.#complete(wasTab);
    else return this.#takeNamed(key.name);
    return undefined;
  }

  #takeNamed(name: KeyName): Typed | undefined {
    if (name === "enter") return this.#end("", { line: this.#line.text });
    if (name === "interrupt") return this.#end("^C", "dropped");
    if (name === "end-of-input" && this.#line.text === "") return this.#end("", "left");
    if (name === "up") this.#recall(this.#position - 1);
    else if (name === "down") this.#recall(this.#position + 1);
    else if (name === "redraw") {
      this.#terminal.write("\x1b[H\x1b[2J"); // ECMA-48: to the first line, erase all
      this.#row = 0;
      this.draw();
    } else {
      this.#change(editLine(this.#line, name === "end-of-input" ? "delete" : name) ?? this.#line);
    }
    return undefined;
  }

  #end(mark: string, typed: Typed): Typed {
    this.#change({ ...this.#line, cursor: this.#line.text.length });
    this.#terminal.write(`${mark}\n`);
    return typed;
  }

  #change(line: Line): void {
    this.#line = line;
    this.draw();
  }

  #recall(position: number): void {
    const { lines } = this.#history;
    if (position < 0 || position > lines.length) return;
    if (this.#position === lines.length) this.#draft = this.#line.text;
    this.#position = position;
    this.#change(lineOf(lines[position] ?? this.#draft));
  }

  #complete(showsAll: boolean): void {
    const { text, cursor } = this.#line;
    const { start, candidates } = this.#completeAt(text.slice(0, cursor));
    const typed = text.slice(start, cursor);
    const common = commonStart(candidates);
    if (common.length > typed.length) {
      const line = { text: text.slice(0, start) + text.slice(cursor), cursor: start };
      this.#change(insertText(line, common));
    } else if (showsAll && candidates.length > 1) {
      this.#terminal.write(`\n${inColumns(candidates, this.#terminal.columns())}\n`);
      this.#row = 0;
      this.draw();
    }
  }

  /** Writes prompt and line over the old ones, and moves the cursor to its place. */
  draw(): void {
    const columns = Math.max(1, this.#terminal.columns());
    const { text, cursor } = this.#line;
    const length = (part: string): number => [...part].length + [...this.#prompt].length;
    const end = length(text);
    const at = length(text.slice(0, cursor));
    const up = (rows: number): string => (rows > 0 ? `\x1b[${rows}A` : "");
    // A terminal wraps only when the next character comes, so a line that ends at the edge needs a line
    // break.
    const wrap = end % columns === 0 ? "\n\r" : "";
    const [endRow, row] = [Math.floor(end / columns), Math.floor(at / columns)];
    const right = at % columns > 0 ? `\x1b[${at % columns}C` : "";
    this.#terminal.write(
      `${up(this.#row)}\r\x1b[J${this.#prompt}${text}${wrap}${up(endRow - row)}\r${right}`,
    );
    this.#row = row;
  }
}

function commonStart(names: readonly string[]): string {
  const [first = ""] = names;
  let length = first.length;
  while (names.some((name) => !name.startsWith(first.slice(0, length)))) length -= 1;
  return first.slice(0, length);
}

const MOST_NAMES = 200;

function inColumns(names: readonly string[], columns: number): string {
  const shown = names.slice(0, MOST_NAMES);
  const width = Math.max(...shown.map((name) => name.length)) + 2;
  const perLine = Math.max(1, Math.floor(columns / width));
  const lines: string[] = [];
  for (let at = 0; at < shown.length; at += perLine) {
    lines.push(
      shown
        .slice(at, at + perLine)
        .map((name) => name.padEnd(width))
        .join("")
        .trimEnd(),
    );
  }
  if (names.length > MOST_NAMES) lines.push(`… ${names.length - MOST_NAMES} more`);
  return lines.join("\n");
}
