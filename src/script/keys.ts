/** Parses a terminal's input into keys: ECMA-48, and xterm's sequences for keys. */

/** Text to insert, or a key by name. */
export type Key = { readonly text: string; readonly name?: undefined } | { readonly name: KeyName };

export type KeyName =
  | "enter"
  | "tab"
  | "backspace"
  | "delete"
  | "left"
  | "right"
  | "up"
  | "down"
  | "home"
  | "end"
  | "word-left"
  | "word-right"
  | "delete-word"
  | "delete-line"
  | "delete-rest"
  | "interrupt"
  | "end-of-input"
  | "redraw";

const CONTROL_KEYS: { readonly [character: string]: KeyName } = {
  "\x01": "home", // Ctrl-A
  "\x02": "left", // Ctrl-B
  "\x03": "interrupt", // Ctrl-C
  "\x04": "end-of-input", // Ctrl-D
  "\x05": "end", // Ctrl-E
  "\x06": "right", // Ctrl-F
  "\x08": "backspace", // Ctrl-H
  "\t": "tab",
  "\n": "enter",
  "\x0b": "delete-rest", // Ctrl-K
  "\x0c": "redraw", // Ctrl-L
  "\r": "enter",
  "\x0e": "down", // Ctrl-N
  "\x10": "up", // Ctrl-P
  "\x15": "delete-line", // Ctrl-U
  "\x17": "delete-word", // Ctrl-W
  "\x7f": "backspace",
};

/** Keys by the sequence after ESC. */
const SEQUENCE_KEYS: { readonly [sequence: string]: KeyName } = {
  "[A": "up",
  "[B": "down",
  "[C": "right",
  "[D": "left",
  "[F": "end",
  "[H": "home",
  "[1~": "home",
  "[3~": "delete",
  "[4~": "end",
  "[1;3C": "word-right",
  "[1;3D": "word-left",
  "[1;5C": "word-right",
  "[1;5D": "word-left",
  OA: "up",
  OB: "down",
  OC: "right",
  OD: "left",
  OF: "end",
  OH: "home",
  b: "word-left",
  f: "word-right",
  "\x7f": "delete-word",
};

/**
 * After ESC: a control sequence (ECMA-48, 5.4), a key of the keypad in application mode, or one character.
 */
const SEQUENCE = /^(\[[0-?]*[ -/]*[@-~]|O[ -~]|[^[O])/;
const UNFINISHED = /^(\[[0-?]*[ -/]*|O)?$/;
const ESCAPE = "\x1b";

/**
 * The keys in `text`, and the start of an unfinished sequence at its end. Unknown sequences are left out.
 */
export function parseKeys(text: string): { readonly keys: readonly Key[]; readonly rest: string } {
  const keys: Key[] = [];
  let rest = text;
  while (rest !== "") {
    if (rest.startsWith(ESCAPE)) {
      if (UNFINISHED.test(rest.slice(1))) return { keys, rest };
      const sequence = SEQUENCE.exec(rest.slice(1))?.[0] ?? "";
      const name = SEQUENCE_KEYS[sequence];
      if (name !== undefined) keys.push({ name });
      rest = rest.slice(1 + sequence.length);
      continue;
    }
    const plain = /^\P{Cc}+/u.exec(rest)?.[0];
    const name = CONTROL_KEYS[rest[0] ?? ""];
    if (plain !== undefined) keys.push({ text: plain });
    else if (name !== undefined) keys.push({ name });
    rest = rest.slice(plain?.length ?? 1);
  }
  return { keys, rest };
}
