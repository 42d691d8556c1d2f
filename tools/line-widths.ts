/**
 * Lines that are wider than the formatter's width. The formatter breaks code but not comments, documents or C.
 *
 * Excused: in Markdown tables, code blocks and what an address or a link makes long; in TypeScript and C a string, template or regular expression that
 * reaches past the limit, since breaking one hides it from a search.
 */
import ts from "typescript";

/** As biome.json has it. */
export const LINE_WIDTH = 110;

/** Numbers of the lines that are too wide, from 1. `path` says what kind of file it is. */
export function wideLines(path: string, text: string): number[] {
  const wide = text.split("\n").flatMap((line, index) => (width(line) > LINE_WIDTH ? [index + 1] : []));
  if (wide.length === 0) return [];
  return wide.filter((line) => !excuseOf(path, text)(line));
}

/** Columns: characters, not UTF-16 units. */
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

/** By line of a Markdown text: neither of a table nor of a code block. */
function plainText(lines: readonly string[]): boolean[] {
  let inCode = false;
  return lines.map((line) => {
    const isFence = /^\s*```/.test(line);
    if (isFence) inCode = !inCode;
    return !isFence && !inCode && !/^\s*\|/.test(line);
  });
}

/** A link that nothing can break. */
function isOneWord(line: string): boolean {
  return line.trim().split(" ").length <= 2;
}

/** A string that is still open at the limit. Escaped quotes count as part of it. */
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
      // Between its ends every line is the literal's; on the line of its start only what begins before the limit.
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
