/** Places in source text, and how they are shown. */

/** One-based, as compilers count; columns are UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Where the character at `offset` stands; at the end of the text: behind its last character. */
export function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

/**
 * A message with the source line that it is about and a caret below:
 *
 *     /root/a.ts:2:9: ';' expected.
 *       const a b = 1;
 *               ^
 */
export function pointAt(path: string, text: string, { line, column }: Place, message: string): string {
  const source = text.split("\n")[line - 1] ?? "";
  // Tabs stay tabs, so that the caret stands right however wide they are.
  const indent = source.slice(0, column - 1).replaceAll(/[^\t]/g, " ");
  return `${path}:${line}:${column}: ${message}\n  ${source}\n  ${indent}^`;
}
