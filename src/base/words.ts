/** Command lines as text: words split and quoted as a shell does. Nothing is expanded. */
import { Bq2Error } from "./error.ts";

export interface Word {
  readonly text: string;
  /** Written without quotes and backslashes, so that a shell would expand it. */
  readonly isPlain: boolean;
}

/** A piece of a word: in double quotes, in single quotes, escaped, or plain. */
const PIECE = /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)|([^\s"'\\]+)/sy;

/** The words of a command line. Throws Bq2Error `bad-words` for an open quote. */
export function parseWords(line: string): Word[] {
  const words: Word[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(line[at] ?? "")) at += 1;
    if (at >= line.length) return words;
    let [text, isPlain] = ["", true];
    while (at < line.length && !/\s/.test(line[at] ?? "")) {
      PIECE.lastIndex = at;
      const match = PIECE.exec(line);
      if (match === null) {
        throw new Bq2Error(`Cannot split into words: ${line}`, {
          code: "bad-words",
          hint: "close every quote",
        });
      }
      const [piece, inDouble, inSingle, escaped, plain] = match;
      text += inDouble?.replaceAll(/\\(.)/gs, "$1") ?? inSingle ?? escaped ?? plain ?? "";
      isPlain &&= plain !== undefined;
      at += piece.length;
    }
    words.push({ text, isPlain });
  }
}

/** {@link parseWords} as text alone. */
export function splitWords(line: string): string[] {
  return parseWords(line).map(({ text }) => text);
}

/** A command line that a shell splits into exactly these words. */
export function quoteWords(words: readonly string[]): string {
  const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
  return words.map((word) => (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : quote(word))).join(" ");
}
