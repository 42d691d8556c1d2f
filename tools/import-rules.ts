/**
 * Who may import whom and which npm packages, and where Node's own modules are allowed: the tables, and the
 * check of files against them. `import-cycles.ts` finds cycles.
 *
 * A rule names a folder. A file belongs to the innermost folder that has a rule, so
 * `src/platform/node/files.ts` belongs to `src/platform/node` and not to `src/platform`. It may import its
 * own folder and those in its rule.
 *
 * TypeScript's scanner finds the imports: static, type-only, re-exported and `import("…")`, but not an
 * `import()` of a computed name.
 */
import { dirname, join } from "node:path/posix";
import ts from "typescript";
import type { SourceFiles } from "./project-files.ts";

interface Rule {
  /** A folder, or one file. */
  readonly folder: string;
  /** Folders that have a rule, or single files. */
  readonly mayImport: readonly string[];
  /** npm packages, with everything below them (`x/y`). */
  readonly packages: readonly string[];
  /** Node's own modules are allowed. */
  readonly node: boolean;
}

/** The module of the runtime on Linux (`native/`), imported like a package. */
const RUNTIME_MODULE = "bq2:native";
/** The module of the runtime on firmware (`native/efi/`). */
const FIRMWARE_MODULE = "bq2:firmware";

const BASE = "src/base";
const PLATFORM = "src/platform"; // the interface, and helpers on it
const FORMATS = "src/formats";
const TREES = "src/trees";
const PLAN = "src/plan";
const SYSTEM = "src/system";
const KEPT = "src/kept";
const RECIPE = "src/recipe";
const LINUX = "src/linux";
const EVALUATION = "src/evaluation";
const SYSTEMS = "systems";
const SOURCES = "src/sources";

/** Libraries first; a rule may list only folders above it. CONTRIBUTING.md describes the folders. */
const LAYERS: readonly Rule[] = [
  rule(BASE, []),
  rule(PLATFORM, [BASE]),
  { ...rule("src/platform/node", [BASE, PLATFORM], ["koffi", "log-update", "undici"]), node: true },
  rule("src/platform/quickjs", [BASE, PLATFORM], [RUNTIME_MODULE]),
  rule("src/platform/memory", [BASE, PLATFORM]),
  rule("src/platform/contract", [BASE, PLATFORM]),
  rule(FORMATS, [BASE, PLATFORM]),
  rule(TREES, [BASE, PLATFORM, FORMATS]),
  rule("src/patch", [BASE, PLATFORM]),
  rule(PLAN, [BASE], ["valibot"]),
  rule(SYSTEM, [BASE], ["valibot"]),
  rule(KEPT, [BASE, PLATFORM, FORMATS, TREES], ["valibot"]),
  rule(RECIPE, [BASE, PLAN, SYSTEM]),
  rule("pkgs", [BASE, PLAN, SYSTEM, RECIPE]),
  rule(SYSTEMS, [BASE, PLAN, SYSTEM, RECIPE, "pkgs", "src/version.ts"]),
  rule(EVALUATION, [BASE]),
  { ...rule(`${EVALUATION}/node`, [BASE, EVALUATION], ["esbuild"]), node: true },
  rule(LINUX, [BASE, PLATFORM]),
  rule("src/network", [BASE, PLATFORM]),
  rule(SOURCES, [BASE, PLATFORM, PLAN, KEPT], ["valibot"]),
  rule("src/seeds", [BASE, PLATFORM, FORMATS, TREES, PLAN, KEPT, SOURCES], ["valibot"]),
  rule("src/image", [BASE, PLATFORM, FORMATS, TREES]),
  rule("src/machine", [BASE, PLATFORM, FORMATS, TREES, "src/image"]),
  ...inLayers(
    ["store", "context", "rootfs", "setup", "step", "artifacts", "run", "proofs"].map(
      (n) => `src/runner/${n}`,
    ),
    [
      ...[BASE, PLATFORM, FORMATS, TREES, "src/patch", PLAN, KEPT],
      ...[RECIPE, LINUX, SOURCES, "src/seeds", "src/image"],
    ],
    ["valibot"],
  ),
  rule("src/applets", [BASE, PLATFORM, FORMATS, TREES, "src/patch", LINUX, "src/network", "src/version.ts"]),
  rule("src/program", [BASE, PLATFORM, FORMATS], ["ts-blank-space", "typescript"]),
  rule("src/script", [BASE, PLATFORM, "src/program"], ["typescript"]),
  rule("src/efi", [BASE, FORMATS, "src/script", "src/program/compiler.ts"], [FIRMWARE_MODULE]),
  rule("examples/efi", [], ["efi"]),
  rule("src/init", [BASE, PLATFORM, FORMATS, "src/plan/parse.ts", SYSTEM, LINUX], ["valibot"]),
];

const LAYER_FOLDERS = [...LAYERS.map(({ folder }) => folder), "src/version.ts"];

/** The program, which puts the layers together. */
const PROGRAM: readonly Rule[] = [
  rule("src/version.ts", []),
  rule("src/command-line", LAYER_FOLDERS, ["@stricli/core"]),
  rule("src/commands", [...LAYER_FOLDERS, "src/command-line"]),
  rule("src/commands.ts", ["src/command-line", "src/commands"]),
  rule("bq2.ts", [...LAYER_FOLDERS, "src/command-line", "src/commands.ts"]),
  rule("src/engine-quickjs.ts", LAYER_FOLDERS, [RUNTIME_MODULE]),
  rule("src/main-node.ts", [...LAYER_FOLDERS, "src/command-line", "bq2.ts"]),
  rule("src/main-quickjs.ts", [...LAYER_FOLDERS, "src/command-line", "bq2.ts", "src/engine-quickjs.ts"]),
];

const EVERYTHING = [...LAYER_FOLDERS, ...PROGRAM.map(({ folder }) => folder)];

const HOST_PACKAGES = [
  "@valibot/to-json-schema",
  FIRMWARE_MODULE, // tests/efi/ are UEFI applications
  "efi",
  "esbuild",
  "fast-check",
  "koffi",
  "typescript",
  "undici",
  "valibot",
  "vitest",
];

/** Code on Node that tests and checks the product: oracle tests, `tests/`, `tools/`. */
const HOST: Rule = {
  folder: "tests", // and other places: see `ruleOf`
  mayImport: [...EVERYTHING, "tests", "tools"],
  packages: HOST_PACKAGES,
  node: true,
};

/**
 * Tests that run on every engine may import any product code and the platform in memory, but nothing of
 * Node's.
 */
const SHARED_TEST: Rule = {
  folder: "src",
  mayImport: EVERYTHING.filter((folder) => folder !== "src/platform/node"),
  packages: ["fast-check", "valibot"],
  node: false,
};

/** Tests of the runtime, compiled into their own program. */
const RUNTIME_TEST: Rule = {
  folder: "tests/quickjs",
  mayImport: [...EVERYTHING, "tests", "tools"],
  packages: [RUNTIME_MODULE],
  node: false,
};

/** A rule for each folder, which may import what all of them may, and the folders before it. */
function inLayers(folders: readonly string[], below: readonly string[], packages: readonly string[]): Rule[] {
  return folders.map((folder, index) => rule(folder, [...below, ...folders.slice(0, index)], packages));
}

function rule(folder: string, mayImport: readonly string[], packages: readonly string[] = []): Rule {
  return { folder, mayImport, packages, node: false };
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** The rule of the innermost folder of a layer or the program that contains the file. */
function productRuleOf(path: string): Rule | undefined {
  return [...LAYERS, ...PROGRAM]
    .filter(({ folder }) => isWithin(path, folder))
    .sort((a, b) => b.folder.length - a.folder.length)[0];
}

/** A test's name decides its rule, any other file's folder does. */
function ruleOf(path: string): Rule | undefined {
  if (isWithin(path, "tests/quickjs")) return RUNTIME_TEST;
  if (isWithin(path, "tests") || isWithin(path, "tools") || /^[^/]*\.config\.ts$/.test(path)) return HOST;
  if (path.endsWith(".oracle.test.ts") || isTestHelper(path)) return HOST;
  if (path.endsWith(".test.ts")) return isWithin(path, "src/platform/node") ? HOST : SHARED_TEST;
  return productRuleOf(path);
}

/** A file that several tests of a folder share, such as `src/sources/test-server.ts`. */
function isTestHelper(path: string): boolean {
  return /^(src|pkgs)\/(.*\/)?test-[^/]*\.ts$/.test(path);
}

/** True for tests that run on every engine: those that may not import Node's modules. */
export function isSharedTest(path: string): boolean {
  return path.endsWith(".test.ts") && ruleOf(path)?.node === false;
}

/** An import as written, and its target. */
export interface Import {
  readonly specifier: string;
  /** Line of the importing file, from 1. */
  readonly line: number;
  /** Path from the project's folder; undefined for a package or one of Node's modules. */
  readonly target: string | undefined;
}

/** Every import of a file, in the file's order. */
export function importsOf(path: string, text: string): Import[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName, pos }) => ({
    specifier: fileName,
    line: text.slice(0, pos).split("\n").length,
    target: fileName.startsWith(".") ? join(dirname(path), fileName) : undefined,
  }));
}

/** One line for each import that no rule allows, in the order of the files. */
export function checkImports(files: SourceFiles): string[] {
  return [...files].flatMap(([path, text]) => {
    const fileRule = ruleOf(path);
    if (fileRule === undefined)
      return [`${path}: no rule says what it may import (hint: add one to tools/import-rules.ts)`];
    return importsOf(path, text).flatMap((found) => {
      const problem = problemOf(path, found, fileRule, files);
      return problem === undefined ? [] : [`${path}:${found.line}: imports ${found.specifier}: ${problem}`];
    });
  });
}

function problemOf(
  path: string,
  { specifier, target }: Import,
  fileRule: Rule,
  files: SourceFiles,
): string | undefined {
  if (specifier.startsWith("node:")) {
    return fileRule.node ? undefined : "only src/platform/node, tools and tests may import Node's modules";
  }
  if (target === undefined) return checkPackage(specifier, fileRule);
  const isData = fileRule === HOST && !target.endsWith(".ts"); // `bundle.mjs`
  if (isData) return undefined;
  if (!files.has(target)) return "no such file (hint: write the name with .ts)";
  if (/\.test\.ts$/.test(target)) return "a test must not be imported";
  const isTest = fileRule === HOST || fileRule === SHARED_TEST || fileRule === RUNTIME_TEST;
  if (isTestHelper(target)) return isTest ? undefined : "only tests may import what tests share";
  const home = productRuleOf(target)?.folder ?? (isWithin(target, "tools") ? "tools" : "tests");
  const allowed = [fileRule.folder, ...fileRule.mayImport];
  if (allowed.includes(home) || allowed.includes(target)) return undefined;
  return `${dirname(path)} may not import it (tools/import-rules.ts has the table)`;
}

function checkPackage(specifier: string, fileRule: Rule): string | undefined {
  const depth = specifier.startsWith("@") ? 2 : 1;
  const name = specifier.split("/").slice(0, depth).join("/");
  return fileRule.packages.includes(name) ? undefined : `the npm package ${name} is not allowed here`;
}
