/**
 * TypeScript's compiler and ts-blank-space. In the image they are a separate program file (`typescript` in
 * {@link libraryBeside}), loaded when first needed, because they take a third of a second and forty
 * megabytes.
 */
import type { Diagnostic, SourceFile } from "typescript";
import { dirname } from "../base/path.ts";
import { notErasable } from "./collect.ts";

/** The folder of package `bq2` for making programs: beside the program at `path`, wherever its rootfs is. */
export function libraryBeside(path: string): string {
  const prefix = path.startsWith("/") ? dirname(dirname(path)) : "/usr"; // in process 1 without /proc
  return `${prefix}/lib/bq2`;
}

/** The modules of that program file. No other program file contains them. */
export const COMPILER_MODULES: readonly string[] = ["typescript", "ts-blank-space"];

export interface Compiler {
  readonly ts: typeof import("typescript");
  /** Turns TypeScript into JavaScript; lines and columns stay. `path` is for errors (`not-erasable`). */
  blank(source: string, path: string): string;
  /** The specifiers that a JavaScript module imports, as written, also by `import("…")`. */
  importsOf(javaScript: string): readonly string[];
  /** The syntax tree and syntax errors of TypeScript. */
  parse(source: string, path: string): Parsed;
}

export interface Parsed {
  readonly file: SourceFile;
  /** In the order of the text. */
  readonly problems: readonly SyntaxProblem[];
}

export interface SyntaxProblem {
  /** In UTF-16 units from the start of the text. */
  readonly offset: number;
  readonly message: string;
}

/** Loads the compiler. `addProgram` makes its modules known, if necessary. */
export async function loadCompiler(addProgram: () => void): Promise<Compiler> {
  addProgram();
  const { default: ts } = await import("typescript");
  const { blankSourceFile } = await import("ts-blank-space");
  const parse = (source: string, path: string): SourceFile =>
    ts.createSourceFile(
      path,
      source,
      { languageVersion: ts.ScriptTarget.ESNext, impliedNodeFormat: ts.ModuleKind.ESNext },
      false,
      ts.ScriptKind.TS,
    );
  return {
    ts,
    blank(source, path) {
      const file = parse(source, path);
      return blankSourceFile(file, (node) => {
        const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
        throw notErasable(path, line + 1, node.getText(file).split("\n")[0] ?? "");
      });
    },
    parse(source, path) {
      const file = parse(source, path);
      // Not in the typings, but the only way to get them without a whole program.
      const { parseDiagnostics } = file as SourceFile & { readonly parseDiagnostics: readonly Diagnostic[] };
      const problems = parseDiagnostics.map(({ start = 0, messageText }) => ({
        offset: start,
        message: ts.flattenDiagnosticMessageText(messageText, "\n"),
      }));
      return { file, problems };
    },
    importsOf: (javaScript) => ts.preProcessFile(javaScript).importedFiles.map(({ fileName }) => fileName),
  };
}
