/**
 * Collects all modules of a program, from its entry points. Static imports and `import("…")` with a plain
 * string are followed. The result is JavaScript: TypeScript is blanked, so lines and columns stay.
 */
import { Bq2Error } from "../base/error.ts";
import { dirname, resolvePath } from "../base/path.ts";

export interface ModuleSource {
  /** The name by which the program imports it. */
  readonly name: string;
  readonly javaScript: string;
}

/** Gives `collectModules` access to the compiler and the disk. */
export interface ModuleReader {
  /** The text of the module `name`. */
  read(name: string): string;
  /** Turns TypeScript into JavaScript. Throws if that takes more than blanking. */
  blank(source: string, path: string): string;
  /** The specifiers that a JavaScript module imports, as written. */
  importsOf(javaScript: string): readonly string[];
  /** The main module of a package. */
  packageEntry(name: string): string;
}

/** CommonJS packages that consist of one file, and the variable in it that holds their exports. */
const COMMON_JS: { readonly [name: string]: string } = { typescript: "ts" };

/** Modules that the runtimes make. */
const BUILT_IN: readonly string[] = ["bq2:native", "bq2:firmware"];

/** The module that a runtime starts. */
const MAIN = "main";

export interface CollectOptions {
  /** Adds the module `main`, which imports all entries in order. */
  readonly main: boolean;
  /** Packages that are in another program file. */
  readonly external: readonly string[];
}

/**
 * `entries` (paths of modules, or names of packages) and all modules that they import. @throws Bq2Error
 * `no-module`.
 */
export function collectModules(
  from: ModuleReader,
  entries: readonly string[],
  options: CollectOptions,
): ModuleSource[] {
  const found = new Map<string, ModuleSource>();
  const add = (name: string, javaScript: string, imports: readonly string[]): void => {
    found.set(name, { name, javaScript });
    for (const specifier of imports) visit(specifier, name);
  };
  const visit = (specifier: string, importer: string): void => {
    const isFile = specifier.startsWith(".");
    const name = isFile ? fileName(importer, specifier) : specifier;
    if (BUILT_IN.includes(specifier) || options.external.includes(specifier) || found.has(name)) return;
    const variable = COMMON_JS[name];
    if (isFile) addFile(name);
    else if (variable === undefined) addPackage(name);
    else add(name, `${from.read(from.packageEntry(name))}\nexport default ${variable};\n`, []);
  };
  const addFile = (name: string): void => {
    const source = from.read(name);
    const javaScript = name.endsWith(".ts") ? from.blank(source, name) : source;
    add(name, javaScript, from.importsOf(javaScript));
  };
  /**
   * The package gets a module with its name; its files are named by their paths, so relative imports work.
   */
  const addPackage = (name: string): void => {
    const file = from.packageEntry(name);
    const specifier = `${name.includes("/") ? "../" : "./"}${file}`; // relative to `@scope/name`
    const hasDefault = /\bexport default\b|\bas default\b/.test(from.read(file));
    const defaultToo = hasDefault ? `export { default } from "${specifier}";\n` : "";
    add(name, `export * from "${specifier}";\n${defaultToo}`, []);
    if (!found.has(file)) addFile(file);
  };
  const specifiers = entries.map((entry) => (/\.[cm]?[jt]s$/.test(entry) ? `./${entry}` : entry));
  if (options.main) add(MAIN, specifiers.map((entry) => `import "${entry}";\n`).join(""), specifiers);
  for (const specifier of specifiers) visit(specifier, "");
  return [...found.values()];
}

/**
 * The module that `importer` means by a relative name. Names start at the project's folder; nothing is above
 * it.
 */
function fileName(importer: string, specifier: string): string {
  const DEEP = "/deep".repeat(64); // resolvePath stays at the root, however far up a name leads
  const path = resolvePath(`${DEEP}/${dirname(importer)}`, specifier);
  if (path.startsWith(`${DEEP}/`)) return path.slice(DEEP.length + 1);
  throw new Bq2Error(`Cannot import "${specifier}" from ${importer}: it leads out of the project's folder`, {
    code: "no-module",
    hint: "build from a folder above both",
  });
}

/** For `blank`: the error for syntax that blanking cannot remove. */
export function notErasable(path: string, line: number, text: string): Bq2Error {
  return new Bq2Error(`Cannot compile ${path}:${line}: "${text}" is more than a type`, {
    code: "not-erasable",
    hint: "enums, namespaces, parameter properties and the like generate code: write that code out",
  });
}
