/**
 * Lines that are wider than the formatter's width. The formatter breaks code but not comments, documents or
 * C.
 *
 * Excused are lines with an address; in Markdown, tables, code blocks and long links; in TypeScript and C, a
 * string, template or regular expression that reaches past the limit, since a broken one cannot be searched
 * for.
 */
import ts from "typescript";

/** The same as in biome.json. */
export const LINE_WIDTH = 110;

/** Numbers, from 1, of the lines that are too wide. The name in `path` determines the kind of file. */
export function wideLines(path: string, text: string): number[] {
  const wide = text.split("\n").flatMap((line, index) => (width(line) > LINE_WIDTH ? [index + 1] : []));
  if (wide.length === 0) return [];
  return wide.filter((line) => !excuseOf(path, text)(line));
}

/** Width in characters, not UTF-16 units. */
function width(line: string): number {
  return [...line].length;
}

type Excuse = (line: number) => boolean;

function excuseOf(path: string, text: string): Excuse {
  const lines = text.split("\n");
  const hasAddress: Excuse = (line) => /https?:\/\/\S+/.test(lines[line - 1] ?? "");
  if (path.endsWith(".md")) {
    const isPlain = plainText(lines);
    return (line) => !isPlain[line - 1] || hasAddress(line) || isOneWord(lines[line - 1] ?? "");
  }
  const isLiteral = /\.(c|h)$/.test(path) ? literalInC(lines) : literalInTypeScript(path, text);
  return (line) => hasAddress(line) || isLiteral(line);
}

/** For each line of a Markdown text: true if it is not part of a table or a code block. */
function plainText(lines: readonly string[]): boolean[] {
  let inCode = false;
  return lines.map((line) => {
    const isFence = /^\s*```/.test(line);
    if (isFence) inCode = !inCode;
    return !isFence && !inCode && !/^\s*\|/.test(line);
  });
}

/** True for a line that cannot be broken, such as a link. */
function isOneWord(line: string): boolean {
  return line.trim().split(" ").length <= 2;
}

/** Excuses lines with a string that is still open at the limit. Escaped quotes are part of a string. */
function literalInC(lines: readonly string[]): Excuse {
  return (line) => {
    const start = (lines[line - 1] ?? "").slice(0, LINE_WIDTH);
    const quotes = start.replaceAll(/\\./g, "").match(/"/g) ?? [];
    return quotes.length % 2 === 1;
  };
}

function literalInTypeScript(path: string, text: string): Excuse {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false);
  const excused = new Set<number>();
  const visit = (node: ts.Node): void => {
    if (isLiteral(node)) {
      const first = source.getLineAndCharacterOfPosition(node.getStart(source));
      const last = source.getLineAndCharacterOfPosition(node.end);
      // Excuses every line of the literal, but the first only if the literal begins before the limit.
      for (let line = first.line; line <= last.line; line++) {
        const begins = line > first.line || first.character < LINE_WIDTH;
        const reaches = line < last.line || last.character > LINE_WIDTH;
        if (begins && reaches) excused.add(line + 1);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return (line) => excused.has(line);
}

function isLiteral(node: ts.Node): boolean {
  return (
    ts.isStringLiteral(node) ||
    ts.isTemplateExpression(node) ||
    ts.isNoSubstitutionTemplateLiteral(node) ||
    node.kind === ts.SyntaxKind.RegularExpressionLiteral
  );
}
