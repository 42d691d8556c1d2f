/** Command lines as text: words split and quoted as a shell does. Nothing is expanded. */
import { Bq2Error } from "./error.ts";

/** The words of a command line, plain or in quotes. Throws Bq2Error `bad-words` for an open quote. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"']+))/gy;
  const trimmed = text.trimEnd();
  while (pattern.lastIndex < trimmed.length) {
    const match = pattern.exec(trimmed);
    if (match === null) {
      throw new Bq2Error(`Cannot split into words: ${text}`, {
        code: "bad-words",
        hint: "close every quote",
      });
    }
    words.push(match[1]?.replaceAll(/\\(.)/g, "$1") ?? match[2] ?? match[3] ?? "");
  }
  return words;
}

/** A command line that a shell splits into exactly these words. */
export function quoteWords(words: readonly string[]): string {
  const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
  return words.map((word) => (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : quote(word))).join(" ");
}
