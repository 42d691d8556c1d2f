/**
 * Readability of one TypeScript file in figures, computed with TypeScript's parser.
 *
 * - length of a file: its lines; of a function: its lines without its documentation
 * - complexity: McCabe's, 1 + branches (`if`, loops, `case`, `catch`, `?:`, `&&`, `||`, `??`); inner
 * functions
 *   count separately
 * - comments: the share of characters in comments, white space not counted
 * - undocumented: exported declarations without a doc comment
 */
import ts from "typescript";

export interface FunctionFigures {
  /** `path:line name`, to click on. */
  readonly where: string;
  readonly lines: number;
  readonly complexity: number;
}

export interface FileFigures {
  readonly path: string;
  readonly lines: number;
  readonly functions: readonly FunctionFigures[];
  readonly commentShare: number;
  /** Number of characters that are not white space: the weight of `commentShare`. */
  readonly weight: number;
  readonly exports: number;
  readonly undocumented: readonly string[];
}

const BRANCHES: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.IfStatement,
  ts.SyntaxKind.ForStatement,
  ts.SyntaxKind.ForInStatement,
  ts.SyntaxKind.ForOfStatement,
  ts.SyntaxKind.WhileStatement,
  ts.SyntaxKind.DoStatement,
  ts.SyntaxKind.CaseClause,
  ts.SyntaxKind.CatchClause,
  ts.SyntaxKind.ConditionalExpression,
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
]);

/** The figures of one file. */
export function measureFile(path: string, text: string): FileFigures {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
  const functions: FunctionFigures[] = [];
  const visit = (node: ts.Node): void => {
    if (isFunctionWithBody(node)) functions.push(measureFunction(node, source));
    ts.forEachChild(node, visit);
  };
  visit(source);
  const exported = source.statements.filter(isExported);
  return {
    path,
    lines: lineOf(source, text.trimEnd().length) + 1,
    functions,
    ...commentFigures(source),
    exports: exported.length,
    undocumented: exported.filter((node) => !isDocumented(node)).map((node) => `${path} ${nameOf(node)}`),
  };
}

type FunctionNode = ts.FunctionLikeDeclaration & { readonly body: ts.Node };

function isFunctionWithBody(node: ts.Node): node is FunctionNode {
  return ts.isFunctionLike(node) && "body" in node && node.body !== undefined;
}

function measureFunction(node: FunctionNode, source: ts.SourceFile): FunctionFigures {
  const first = lineOf(source, node.getStart(source));
  let complexity = 1;
  const visit = (child: ts.Node): void => {
    if (isFunctionWithBody(child)) return;
    if (BRANCHES.has(child.kind)) complexity++;
    ts.forEachChild(child, visit);
  };
  ts.forEachChild(node, visit);
  return {
    where: `${source.fileName}:${first + 1} ${nameOf(node)}`,
    lines: lineOf(source, node.end) - first + 1,
    complexity,
  };
}

function lineOf(source: ts.SourceFile, position: number): number {
  return source.getLineAndCharacterOfPosition(position).line;
}

/** The declared name, or the name of the variable or property whose value is the unnamed function. */
function nameOf(node: ts.Node): string {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations.map(nameOf).join(", ");
  const named = node as { readonly name?: ts.Node };
  if (named.name !== undefined) return named.name.getText();
  const parent = node.parent as ts.Node | undefined;
  const isValue =
    parent !== undefined && (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent));
  return isValue ? parent.name.getText() : "(unnamed)";
}

function isExported(node: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(node) &&
    (ts.getModifiers(node) ?? []).some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)
  );
}

function isDocumented(node: ts.Statement): boolean {
  return ts.getJSDocCommentsAndTags(node).length > 0;
}

function commentFigures(source: ts.SourceFile): { commentShare: number; weight: number } {
  const counted = new Set<number>();
  let comments = 0;
  const visit = (node: ts.Node): void => {
    for (const range of ts.getLeadingCommentRanges(source.text, node.pos) ?? []) count(range);
    for (const range of ts.getTrailingCommentRanges(source.text, node.end) ?? []) count(range);
    for (const child of node.getChildren(source)) visit(child);
  };
  const count = (range: ts.CommentRange): void => {
    if (counted.has(range.pos)) return;
    counted.add(range.pos);
    comments += visibleCharacters(source.text.slice(range.pos, range.end));
  };
  visit(source);
  const weight = visibleCharacters(source.text);
  return { commentShare: weight === 0 ? 0 : comments / weight, weight };
}

function visibleCharacters(text: string): number {
  return text.replaceAll(/\s/g, "").length;
}
