/**
 * Finds a user's modules: files by their paths, npm packages in folders above, and this program's own API.
 */
import { Bq2Error } from "../base/error.ts";
import { dirname, resolvePath } from "../base/path.ts";
import { placeAt, pointAt } from "../base/source-text.ts";
import { readText } from "../platform/files.ts";
import type { Files } from "../platform/platform.ts";
import type { Compiler } from "../program/compiler.ts";
import { packageEntry } from "../program/packages.ts";
import type { Engine } from "./engine.ts";

/** The name by which programs import the API. */
export const API_SPECIFIER = "bq2";
/** This program's own name for that module, which is beside this one. */
const API_MODULE = import.meta.url.replace(/modules\.ts$/, "api.ts");

/** After this call, files can be imported. */
export function installModules(
  files: Files,
  engine: Pick<Engine, "setModuleHooks" | "typescriptModule">,
  compiler: Compiler,
): void {
  engine.setModuleHooks(
    (importer, specifier) => {
      if (specifier === API_SPECIFIER) return API_MODULE;
      if (specifier === "typescript") return engine.typescriptModule;
      return resolveModule(files, importer, specifier);
    },
    (path) => readModule(files, compiler, path),
  );
}

/** The file that `importer` means. @throws Bq2Error `no-module`. */
export function resolveModule(files: Files, importer: string, specifier: string): string {
  const isPath = specifier.startsWith(".") || specifier.startsWith("/");
  const path = isPath
    ? resolvePath(dirname(importer), specifier)
    : packageAbove(files, dirname(importer), specifier);
  if (path !== undefined && files.statusFollowed(path)?.kind === "file") return path;
  throw new Bq2Error(
    `Cannot import "${specifier}" from ${importer}: there is no such ${isPath ? "file" : "package"}`,
    {
      code: "no-module",
      hint: isPath
        ? "write the whole name, with .ts"
        : "packages are looked up in node_modules of this folder and those above",
    },
  );
}

function packageAbove(files: Files, folder: string, name: string): string | undefined {
  const candidate = `${folder === "/" ? "" : folder}/node_modules/${name}`;
  const kind = files.statusFollowed(candidate)?.kind;
  if (kind === "file") return candidate; // a file in a package, such as `package/file.js`
  if (kind === "folder") return packageEntry(files, candidate);
  return folder === "/" ? undefined : packageAbove(files, dirname(folder), name);
}

/** The module in a file, as JavaScript; `null` if the file is JavaScript. */
function readModule(files: Files, compiler: Compiler, path: string): string | null {
  if (path.endsWith(".json")) return `export default ${readText(files, path)};`;
  return /\.[cm]?ts$/.test(path) ? toJavaScript(compiler, readText(files, path), path) : null;
}

/** Blanks types, so lines and columns stay. @throws Bq2Error `syntax` or `not-erasable`, with the place. */
export function toJavaScript(compiler: Compiler, source: string, path: string): string {
  const [problem] = compiler.parse(source, path).problems;
  if (problem === undefined) return compiler.blank(source, path);
  throw new Bq2Error(pointAt(path, source, placeAt(source, problem.offset), problem.message), {
    code: "syntax",
  });
}
