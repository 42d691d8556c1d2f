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

/** What following imports takes of the compiler and the disk. */
export interface Surroundings {
  /** Text of a file; absolute path. */
  read(path: string): string;
  /** JavaScript of TypeScript. Throws where that takes more than blanking. */
  blank(source: string, path: string): string;
  /** What a JavaScript module imports, as written. */
  importsOf(javaScript: string): readonly string[];
  /** The file that the package `name` stands for. */
  packageEntry(name: string): string;
  /** Absolute; modules of it are called by their path from here. */
  readonly project: string;
  /** Absolute; modules of packages are called `packages/…`. */
  readonly packages: string;
}

/** CommonJS packages in one file, and the variable in it that holds what they export. */
const COMMON_JS: { readonly [name: string]: string } = { typescript: "ts" };

/** Made by the engine itself. */
const BUILT_IN = "bq2:native";

/**
 * The modules that `entries` take, themselves included: paths from the project's folder, or names of packages.
 * With `main`, the first entry is also imported by a module of that name, which the runtime starts with. `external`:
 * packages that another program file brings.
 */
export function collectModules(
  from: Surroundings,
  entries: readonly string[],
  options: { readonly main: boolean; readonly external: readonly string[] },
): ModuleSource[] {
  const found = new Map<string, ModuleSource>();
  const add = (name: string, javaScript: string, imports: readonly string[]): void => {
    found.set(name, { name, javaScript });
    for (const specifier of imports) visit(specifier, name);
  };
  const visit = (specifier: string, importer: string): void => {
    const isFile = specifier.startsWith(".");
    const name = isFile ? resolvePath(`/${dirname(importer)}`, specifier).slice(1) : specifier;
    if (specifier === BUILT_IN || options.external.includes(specifier) || found.has(name)) return;
    const variable = COMMON_JS[name];
    if (isFile) addFile(name);
    else if (variable === undefined) addPackage(name);
    else add(name, `${from.read(from.packageEntry(name))}\nexport default ${variable};\n`, []);
  };
  const addFile = (name: string): void => {
    const source = from.read(pathOf(from, name));
    const javaScript = name.endsWith(".ts") ? from.blank(source, name) : source;
    add(name, javaScript, from.importsOf(javaScript));
  };
  /** Named by itself, its files by their place: relative imports among them then work. */
  const addPackage = (name: string): void => {
    const entry = from.packageEntry(name);
    const file = `${PACKAGES}/${entry.slice(from.packages.length + 1)}`;
    const specifier = `${name.includes("/") ? "../" : "./"}${file}`; // from where `@scope/name` stands
    const hasDefault = /\bexport default\b|\bas default\b/.test(from.read(entry));
    const defaultToo = hasDefault ? `export { default } from "${specifier}";\n` : "";
    add(name, `export * from "${specifier}";\n${defaultToo}`, []);
    addFile(file);
  };
  const [first] = entries;
  if (first === undefined) throw new RangeError("a program without entry points");
  if (options.main) add("main", `import "./${first}";\n`, []);
  for (const entry of entries) visit(/\.[cm]?[jt]s$/.test(entry) ? `./${entry}` : entry, "");
  return [...found.values()];
}

const PACKAGES = "packages";

function pathOf(from: Surroundings, name: string): string {
  const isOfPackage = name.startsWith(`${PACKAGES}/`);
  return isOfPackage ? `${from.packages}${name.slice(PACKAGES.length)}` : `${from.project}/${name}`;
}

/** For `blank`: what cannot just be left out. */
export function notErasable(path: string, line: number, text: string): Bq2Error {
  return new Bq2Error(`Cannot compile ${path}:${line}: "${text}" is more than a type`, {
    code: "not-erasable",
    hint: "enum, namespace, parameter properties and the like have code of their own: write that code out",
  });
}
