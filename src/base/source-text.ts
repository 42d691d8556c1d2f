/** Places in source text, and how they are shown. */

/** One-based, as compilers count; columns are UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The place of the character at `offset`. The end of the text is the place after its last character. */
export function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

/**
 * A message, its source line, and a caret below the place:
 *
 *     /root/a.ts:2:9: ';' expected.
 *       const a b = 1;
 *               ^
 */
export function pointAt(path: string, text: string, { line, column }: Place, message: string): string {
  const source = text.split("\n")[line - 1] ?? "";
  // Tabs stay tabs, so that the caret is in the right column at any tab width.
  const indent = source.slice(0, column - 1).replaceAll(/[^\t]/g, " ");
  return `${path}:${line}:${column}: ${message}\n  ${source}\n  ${indent}^`;
}
