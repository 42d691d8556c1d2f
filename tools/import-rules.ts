/**
 * Who may import whom, which npm packages, and where Node's own modules are allowed: the tables, and the
 * check of a set of files against them.
 *
 * Imports are read by TypeScript's own scanner: static, type-only, re-exported and `import("…")`. An
 * `import()` of a computed name is not seen.
 */
import { dirname, join } from "node:path/posix";
import ts from "typescript";
import type { SourceFiles } from "./project-files.ts";

interface Rule {
  /** Paths that the rule is for; they may import each other. The first rule that fits a file is its rule. */
  readonly files: RegExp;
  readonly mayImport: readonly RegExp[];
  /** npm packages; everything below them (`x/y`) is meant too. */
  readonly packages: readonly string[];
  readonly node: boolean;
}

/** Everything in src/platform but the makers of a platform: they are chosen in bq2.ts. */
const PLATFORM_INTERFACE = /^src\/platform\/(?!(node|quickjs|memory)\b)/;
const NODE_PLATFORM = /^src\/platform\/node\b/;
const ANYTHING = /^/;
/** What the runtime on Linux makes itself (`native/`), imported like a package. */
const RUNTIME_MODULE = "bq2:native";
/** The same on firmware (`native/efi/`). */
const FIRMWARE_MODULE = "bq2:firmware";

function folder(name: string): RegExp {
  return new RegExp(`^${name}/`);
}

const BASE = folder("src/base");
const FORMATS = folder("src/formats");
const PLAN = folder("src/plan");

/** DESIGN, "The tree, and who may import whom". */
const PRODUCT_RULES: readonly Rule[] = [
  rule("src/base", []),
  rule("src/formats", [BASE, PLATFORM_INTERFACE]),
  rule("src/plan", [BASE], ["valibot"]),
  rule("src/recipe", [BASE, PLAN]),
  rule("pkgs", [BASE, PLAN, folder("src/recipe")]),
  {
    files: NODE_PLATFORM,
    mayImport: [BASE, PLATFORM_INTERFACE],
    packages: ["koffi", "log-update", "undici"],
    node: true,
  },
  {
    files: /^src\/platform\/quickjs\b/,
    mayImport: [BASE, PLATFORM_INTERFACE],
    packages: [RUNTIME_MODULE],
    node: false,
  },
  {
    files: /^src\/platform\/memory\b/,
    mayImport: [BASE, PLATFORM_INTERFACE],
    packages: [],
    node: false,
  },
  { files: PLATFORM_INTERFACE, mayImport: [BASE], packages: [], node: false },
  rule("src/linux", [BASE, PLATFORM_INTERFACE]),
  rule("src/sources", [BASE, FORMATS, PLATFORM_INTERFACE, /^src\/plan\/source\.ts$/], ["valibot"]),
  rule(
    "src/runner",
    [
      BASE,
      FORMATS,
      folder("src/recipe"),
      PLAN,
      PLATFORM_INTERFACE,
      folder("src/linux"),
      folder("src/sources"),
      folder("src/image"),
    ],
    ["valibot"],
  ),
  rule("src/network", [BASE, PLATFORM_INTERFACE]),
  rule("src/applets", [
    BASE,
    FORMATS,
    PLATFORM_INTERFACE,
    folder("src/linux"),
    folder("src/sources"),
    folder("src/image"),
    folder("src/network"),
    /^src\/version\.ts$/,
  ]),
  rule("src/image", [BASE, FORMATS, PLATFORM_INTERFACE]),
  rule("src/efi", [BASE, FORMATS, folder("src/script"), /^src\/program\/compiler\.ts$/], [FIRMWARE_MODULE]),
  rule("examples/efi", [], ["efi"]),
  rule("src/init", [BASE, FORMATS, folder("src/linux"), PLATFORM_INTERFACE]),
  rule("src/script", [BASE, PLATFORM_INTERFACE, folder("src/program")], ["typescript"]),
  rule("src/commands", [ANYTHING], ["@stricli/core", "log-update", "valibot"]),
  {
    files: /^(bq2|src\/version|src\/main-node)\.ts$/,
    mayImport: [ANYTHING],
    packages: [],
    node: false,
  },
  {
    files: /^src\/(main|engine)-quickjs\.ts$/,
    mayImport: [ANYTHING],
    packages: [RUNTIME_MODULE],
    node: false,
  },
  {
    files: /^src\/program\//,
    mayImport: [BASE, FORMATS, PLATFORM_INTERFACE],
    packages: ["ts-blank-space", "typescript"],
    node: false,
  },
];

/** What no product code imports, but checks and judges it. */
const WORKSHOP_RULES: readonly Rule[] = [
  { files: /^tests\/quickjs\//, mayImport: [ANYTHING], packages: [RUNTIME_MODULE], node: false },
  {
    // Host code: judged by outside tools, what such tests share, about Node's own platform, and the workshop.
    files:
      /\.oracle\.test\.ts$|\/test-[^/]*\.ts$|^src\/platform\/node[^/]*\.test\.ts$|^(tools|tests)\/|^[^/]*\.config\.ts$/,
    mayImport: [ANYTHING],
    packages: [
      "@valibot/to-json-schema",
      "efi", // tests/efi/ are UEFI applications
      "esbuild",
      "fast-check",
      "koffi",
      "typescript",
      "undici",
      "valibot",
      "vitest",
    ],
    node: true,
  },
  {
    // Shared tests run under every engine: any product code and the platform in memory, but no Node.
    files: /^(src|pkgs)\/.*\.test\.ts$/,
    mayImport: [/^src\/(?!platform\/node\b)/, folder("pkgs")],
    packages: ["fast-check", "valibot"],
    node: false,
  },
];

const RULES = [...WORKSHOP_RULES, ...PRODUCT_RULES];

function rule(name: string, mayImport: readonly RegExp[], packages: readonly string[] = []): Rule {
  return { files: folder(name), mayImport, packages, node: false };
}

/** Tests that run on every engine: those that may not import Node's modules. */
export function isSharedTest(path: string): boolean {
  return path.endsWith(".test.ts") && RULES.find(({ files }) => files.test(path))?.node === false;
}

/** One line for each import that no rule allows, in the order of the files. */
export function checkImports(files: SourceFiles): string[] {
  return [...files].flatMap(([path, text]) => {
    const fileRule = RULES.find((candidate) => candidate.files.test(path));
    if (fileRule === undefined)
      return [`${path}: no rule says what it may import (hint: add one to tools/import-rules.ts)`];
    const imports = ts.preProcessFile(text, true, true).importedFiles;
    return imports.flatMap(({ fileName, pos }) => {
      const problem = checkImport(path, fileName, fileRule, files);
      const line = text.slice(0, pos).split("\n").length;
      return problem === undefined ? [] : [`${path}:${line}: imports ${fileName}: ${problem}`];
    });
  });
}

function checkImport(
  path: string,
  specifier: string,
  fileRule: Rule,
  files: SourceFiles,
): string | undefined {
  if (specifier.startsWith("node:")) {
    return fileRule.node ? undefined : "Node's modules are for src/platform/node*.ts, tools and tests";
  }
  if (!specifier.startsWith(".")) return checkPackage(specifier, fileRule);
  const target = join(dirname(path), specifier);
  if (fileRule.mayImport.includes(ANYTHING) && !target.endsWith(".ts")) return undefined;
  if (!files.has(target)) return "no such file (the name ends in .ts)";
  if (/\.test\.ts$/.test(target)) return "a test is not imported";
  if (isTestHelper(target) && !WORKSHOP_RULES.includes(fileRule))
    return "only tests may import what tests share";
  if ([fileRule.files, ...fileRule.mayImport].some((allowed) => allowed.test(target))) return undefined;
  return `${dirname(path)} may not import it (the table stands in tools/import-rules.ts)`;
}

/** What several tests of a folder share: `src/sources/test-server.ts`. */
function isTestHelper(path: string): boolean {
  return /^(src|pkgs)\/(.*\/)?test-[^/]*\.ts$/.test(path);
}

function checkPackage(specifier: string, fileRule: Rule): string | undefined {
  const depth = specifier.startsWith("@") ? 2 : 1;
  const name = specifier.split("/").slice(0, depth).join("/");
  return fileRule.packages.includes(name) ? undefined : `the npm package ${name} is not allowed here`;
}
