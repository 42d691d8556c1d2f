/**
 * TypeScript's compiler and ts-blank-space. In the image they are a program file of their own (`COMPILER_PROGRAM`),
 * added when they are first needed: they take a third of a second and forty megabytes.
 */
import type { SourceFile } from "typescript";
import { notErasable } from "./collect.ts";

/** Where package `bq2` installs the compiler, and the declarations of JavaScript's own library. */
export const COMPILER_PROGRAM = "/usr/lib/bq2/typescript";
export const COMPILER_LIBRARY = "/usr/lib/bq2/lib";

/** The modules of that program file; no other program holds them. */
export const COMPILER_MODULES: readonly string[] = ["typescript", "ts-blank-space"];

export interface Compiler {
  readonly ts: typeof import("typescript");
  /** JavaScript of TypeScript, every line and column where it was. `path` is for errors (`not-erasable`). */
  blank(source: string, path: string): string;
  /** What a JavaScript module imports, as written; `import("…")` too. */
  importsOf(javaScript: string): readonly string[];
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
    importsOf: (javaScript) => ts.preProcessFile(javaScript).importedFiles.map(({ fileName }) => fileName),
  };
}
