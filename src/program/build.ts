/** Compiles a project into one program file, for `bq2 program`. */
import { concatBytes } from "../base/bytes.ts";
import { dirname } from "../base/path.ts";
import { encodeProgram, withoutProgram } from "../formats/program.ts";
import { makeFolders, readText, writeFileAtomic } from "../platform/files.ts";
import type { Platform } from "../platform/platform.ts";
import { collectModules } from "./collect.ts";
import { COMPILER_MODULES, type Compiler } from "./compiler.ts";
import { packageEntry } from "./packages.ts";

export interface ProgramRequest {
  /** The folder of the project's own sources. */
  readonly project: string;
  /** The folder that contains packages, such as `node_modules`. */
  readonly packages: string;
  /** Paths relative to `project`, or names of packages. */
  readonly entries: readonly string[];
  /** An executable whose runtime is put before the program; `undefined`: only the program is written. */
  readonly runtime: string | undefined;
  readonly output: string;
}

/** Turns JavaScript into bytecode (`bq2:native`). */
export type CompileModule = (javaScript: string, name: string) => ArrayBuffer;

/** Prefix of the modules of packages. The project's own modules are named by their paths in its folder. */
const PACKAGES = "packages";

/** Returns the number of modules. @throws Bq2Error if a module cannot be read, blanked or compiled. */
export async function buildProgram(
  platform: Platform,
  compiler: Compiler,
  compile: CompileModule,
  request: ProgramRequest,
): Promise<number> {
  const { files, bulk } = platform;
  const { project, packages, entries } = request;
  const isCompiler = entries.every((entry) => COMPILER_MODULES.includes(entry));
  const pathOf = (name: string): string =>
    name.startsWith(`${PACKAGES}/`) ? `${packages}${name.slice(PACKAGES.length)}` : `${project}/${name}`;
  const sources = collectModules(
    {
      read: (name) => readText(files, pathOf(name)),
      blank: compiler.blank,
      importsOf: compiler.importsOf,
      packageEntry: (name) =>
        `${PACKAGES}${packageEntry(files, `${packages}/${name}`).slice(packages.length)}`,
    },
    entries,
    { main: request.runtime !== undefined, external: isCompiler ? [] : COMPILER_MODULES },
  );
  const modules = sources.map(({ name, javaScript }) => ({
    name,
    code: new Uint8Array(compile(javaScript, name)),
  }));
  const program = await encodeProgram(modules, bulk);
  const runtime = request.runtime === undefined ? [] : [withoutProgram(files.readFile(request.runtime))];
  const permissions = request.runtime === undefined ? 0o644 : 0o755;
  makeFolders(files, dirname(request.output));
  writeFileAtomic(files, request.output, concatBytes([...runtime, program]), permissions);
  return modules.length;
}
