/**
 * Interprets a line at the prompt: TypeScript to evaluate, a command to run, or the beginning of a longer
 * entry.
 */
import type { ImportDeclaration, Node, SourceFile, Statement } from "typescript";
import { Bq2Error } from "../base/error.ts";
import { placeAt, pointAt } from "../base/source-text.ts";
import type { Compiler } from "../program/compiler.ts";

/** A line that starts with this mark runs a program: `!ls -l /`. */
export const COMMAND_MARK = "!";

export type PromptLine =
  | { readonly kind: "nothing" }
  /** Continues on the next line; `error` if there is none. */
  | { readonly kind: "unfinished"; readonly error: Bq2Error }
  | { readonly kind: "command"; readonly line: string }
  | { readonly kind: "code"; readonly javaScript: string };

/**
 * Unlike in a script, top-level names can be declared again later, and imports work anywhere. The compiler is
 * loaded only for TypeScript.
 *
 * @param path The name of the text in errors and stacks.
 * @throws Bq2Error `syntax` or `not-erasable`.
 */
export async function readPromptLine(
  loadCompiler: () => Promise<Compiler>,
  text: string,
  path: string,
): Promise<PromptLine> {
  if (text.trim() === "") return { kind: "nothing" };
  if (text.startsWith(COMMAND_MARK)) return { kind: "command", line: text.slice(COMMAND_MARK.length).trim() };
  const compiler = await loadCompiler();
  const asObject = /^\s*\{/.test(text) && !/;\s*$/.test(text) ? `(${text})` : undefined;
  const source =
    asObject !== undefined && compiler.parse(asObject, path).problems.length === 0 ? asObject : text;
  const { file, problems } = compiler.parse(source, path);
  const [problem] = problems;
  if (problem === undefined) {
    return { kind: "code", javaScript: compiler.blank(asScript(compiler, file), path) };
  }
  const place = placeAt(source, problem.offset);
  const error = new Bq2Error(pointAt(path, source, place, problem.message), { code: "syntax" });
  const isAtEnd = problems.some(({ offset }) => offset >= source.trimEnd().length);
  if (isAtEnd) return { kind: "unfinished", error };
  throw error;
}

interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Rewrites top-level statements for a script in the global scope. */
function asScript(compiler: Compiler, file: SourceFile): string {
  const replacements = file.statements.flatMap((statement) => replace(compiler, file, statement));
  let [text, at] = ["", 0];
  for (const { start, end, text: replaced } of replacements) {
    text += file.text.slice(at, start) + replaced;
    at = end;
  }
  return text + file.text.slice(at);
}

function replace({ ts }: Compiler, file: SourceFile, statement: Statement): Replacement[] {
  const start = statement.getStart(file);
  if (ts.isVariableStatement(statement)) {
    // `const` and `let` cannot be declared twice. The padding keeps the columns.
    const keyword = /^(const|let)\b/.exec(file.text.slice(start))?.[0];
    if (keyword === undefined) return [];
    return [{ start, end: start + keyword.length, text: "var".padEnd(keyword.length) }];
  }
  if (ts.isClassDeclaration(statement) && statement.name !== undefined) {
    return [
      { start, end: start, text: `var ${statement.name.text} = ` },
      { start: statement.end, end: statement.end, text: ";" },
    ];
  }
  if (ts.isImportDeclaration(statement))
    return [{ start, end: statement.end, text: asDynamicImport(ts, file, statement) }];
  return [];
}

/** `import a, { b as c } from "m"` → `var { default: a, b: c } = await import("m");` */
function asDynamicImport(
  ts: Compiler["ts"],
  file: SourceFile,
  { importClause, moduleSpecifier }: ImportDeclaration,
): string {
  const textOf = (node: Node): string => node.getText(file);
  const imported = `await import(${textOf(moduleSpecifier)});`;
  if (importClause?.isTypeOnly) return "";
  if (importClause === undefined) return imported;
  const { name, namedBindings } = importClause;
  const names = name === undefined ? [] : [`default: ${name.text}`];
  if (namedBindings !== undefined && ts.isNamespaceImport(namedBindings)) {
    const all = namedBindings.name.text;
    const rest = names.length === 0 ? "" : ` var { ${names.join(", ")} } = ${all};`;
    return `var ${all} = ${imported}${rest}`;
  }
  for (const element of namedBindings?.elements ?? []) {
    if (!element.isTypeOnly)
      names.push(`${textOf(element.propertyName ?? element.name)}: ${element.name.text}`);
  }
  return `var { ${names.join(", ")} } = ${imported}`;
}
