/**
 * From entry points to all modules of a program: imports are followed, static ones and `import("…")` of a plain
 * string. What is compiled is JavaScript; TypeScript is blanked, so lines and columns stay.
 */
import { Bq2Error } from "../base/error.ts";
import { dirname, resolvePath } from "../base/path.ts";

export interface ModuleSource {
  /** What imports in the program call it. */
  readonly name: string;
  readonly javaScript: string;
}

/** What following imports needs of the compiler and the disk. */
export interface ModuleReader {
  /** Text of the file that holds the module `name`. */
  read(name: string): string;
  /** JavaScript of TypeScript. Throws where that takes more than blanking. */
  blank(source: string, path: string): string;
  /** What a JavaScript module imports, as written. */
  importsOf(javaScript: string): readonly string[];
  /** The module that a package stands for, when imported. */
  packageEntry(name: string): string;
}

/** CommonJS packages in one file, and the variable in it that holds what they export. */
const COMMON_JS: { readonly [name: string]: string } = { typescript: "ts" };

/** Made by the runtimes themselves. */
const BUILT_IN: readonly string[] = ["bq2:native", "bq2:firmware"];

/** The module that a runtime starts with. */
const MAIN = "main";

export interface CollectOptions {
  /** Adds the module `main`, which imports all entries in their order. */
  readonly main: boolean;
  /** Packages that another program file brings. */
  readonly external: readonly string[];
}

/** The modules that `entries` take, themselves included: modules that are files, or names of packages. */
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
  /** Named by itself, its files by their place: relative imports among them then work. */
  const addPackage = (name: string): void => {
    const file = from.packageEntry(name);
    const specifier = `${name.includes("/") ? "../" : "./"}${file}`; // from where `@scope/name` stands
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

/** The module that `importer` means by a relative name. Names begin at the project's folder, so nothing is above it. */
function fileName(importer: string, specifier: string): string {
  const DEEP = "/deep".repeat(64); // resolvePath stays at the root, however far up a name leads
  const path = resolvePath(`${DEEP}/${dirname(importer)}`, specifier);
  if (path.startsWith(`${DEEP}/`)) return path.slice(DEEP.length + 1);
  throw new Bq2Error(`Cannot import "${specifier}" from ${importer}: it leads out of the project's folder`, {
    code: "no-module",
    hint: "build from a folder above both",
  });
}

/** For `blank`: what cannot just be left out. */
export function notErasable(path: string, line: number, text: string): Bq2Error {
  return new Bq2Error(`Cannot compile ${path}:${line}: "${text}" is more than a type`, {
    code: "not-erasable",
    hint: "enum, namespace, parameter properties and the like have code of their own: write that code out",
  });
}
