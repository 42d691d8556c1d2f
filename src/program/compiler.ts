/**
 * TypeScript's compiler and ts-blank-space. In the image they are a program file of their own (`typescript` of {@link libraryBeside}),
 * added when they are first needed: they take a third of a second and forty megabytes.
 */
import type { Diagnostic, SourceFile } from "typescript";
import { dirname } from "../base/path.ts";
import { notErasable } from "./collect.ts";

/** Where package `bq2` installs what programs are made with: beside the program at `path`, wherever its rootfs lies. */
export function libraryBeside(path: string): string {
  const prefix = path.startsWith("/") ? dirname(dirname(path)) : "/usr"; // process 1, which knows its path by /proc only
  return `${prefix}/lib/bq2`;
}

/** The modules of that program file; no other program holds them. */
export const COMPILER_MODULES: readonly string[] = ["typescript", "ts-blank-space"];

export interface Compiler {
  readonly ts: typeof import("typescript");
  /** JavaScript of TypeScript, every line and column where it was. `path` is for errors (`not-erasable`). */
  blank(source: string, path: string): string;
  /** What a JavaScript module imports, as written; `import("…")` too. */
  importsOf(javaScript: string): readonly string[];
  /** The syntax tree of TypeScript, and where it is none. */
  parse(source: string, path: string): Parsed;
}

export interface Parsed {
  readonly file: SourceFile;
  /** In the order of the text; empty where all of it is TypeScript. */
  readonly problems: readonly SyntaxProblem[];
}

export interface SyntaxProblem {
  /** In UTF-16 units from the start of the text. */
  readonly offset: number;
  readonly message: string;
}

/** Loads the compiler. `addProgram` makes its modules known, where they are not. */
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
      // The compiler keeps them there and has no other way to ask for them without a whole program.
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
