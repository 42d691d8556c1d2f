/**
 * Type-checks a project with TypeScript's compiler on any engine. The compiler reads the disk through
 * {@link Files} and uses nothing of Node's.
 */
import type {
  CompilerHost,
  CompilerOptions,
  Diagnostic,
  ParseConfigHost,
  ResolvedModuleWithFailedLookupLocations,
} from "typescript";
import { Bq2Error } from "../base/error.ts";
import { dirname } from "../base/path.ts";
import { type Place, placeAt, pointAt } from "../base/source-text.ts";
import { compareNames } from "../base/text.ts";
import { readText } from "../platform/files.ts";
import type { Files } from "../platform/platform.ts";
import type { Compiler } from "./compiler.ts";

type TypeScript = Compiler["ts"];

export interface CheckRequest {
  /** Folder of JavaScript's own declarations (`lib.es2023.d.ts` …). */
  readonly library: string;
  /** Modules that are not packages, such as `bq2`, by name. */
  readonly modules: { readonly [name: string]: OwnModule };
  /** Declarations of the runtime's global names, for projects without others. */
  readonly globals: string;
}

export interface OwnModule {
  readonly file: string;
  /** Contains that file and everything it imports; problems in this folder are not reported. */
  readonly folder: string;
}

/** A project's `tsconfig.json`, or single files with the options of {@link FILE_OPTIONS}. */
export type CheckTarget = { readonly config: string } | { readonly files: readonly string[] };

export interface CheckResult {
  /** One text per problem, with its source line; sorted by place. */
  readonly problems: readonly string[];
  /** Files of the project itself. */
  readonly fileCount: number;
}

/** Name of {@link CheckRequest.globals} as a file, which is never read. */
const GLOBALS_FILE = "/usr/lib/bq2/globals.d.ts";

/** For files without a project: as strict as this project, and only syntax that can be blanked. */
const FILE_OPTIONS = {
  target: "es2023",
  lib: ["es2023"],
  module: "esnext",
  moduleResolution: "bundler",
  allowImportingTsExtensions: true,
  erasableSyntaxOnly: true,
  noEmit: true,
  skipLibCheck: true,
  strict: true,
  types: [],
};

/** @throws Bq2Error `bad-project` if the configuration is wrong. */
export function typeCheck(
  files: Files,
  { ts }: Compiler,
  target: CheckTarget,
  request: CheckRequest,
): CheckResult {
  const { options, roots } =
    "config" in target ? readProject(ts, files, target.config) : filesAlone(ts, target.files);
  const host = compilerHost(ts, files, options, request);
  const hasOwnGlobals =
    (options.lib ?? []).some((name) => /\bdom\b/.test(name)) ||
    ts.getAutomaticTypeDirectiveNames(options, host).length > 0;
  const program = ts.createProgram({
    rootNames: hasOwnGlobals ? roots : [...roots, GLOBALS_FILE],
    options,
    host,
  });
  const foreign = [request.library, ...Object.values(request.modules).map(({ folder }) => folder)].map(
    (folder) => `${folder}/`,
  );
  const isOwn = (path: string): boolean =>
    path !== GLOBALS_FILE &&
    !path.includes("/node_modules/") &&
    !foreign.some((folder) => path.startsWith(folder));
  const found = ts
    .getPreEmitDiagnostics(program)
    .filter(({ file }) => file === undefined || isOwn(file.fileName));
  return {
    problems: ts.sortAndDeduplicateDiagnostics(found).map((diagnostic) => describe(ts, diagnostic)),
    fileCount: program.getSourceFiles().filter(({ fileName }) => isOwn(fileName)).length,
  };
}

function readProject(
  ts: TypeScript,
  files: Files,
  path: string,
): { options: CompilerOptions; roots: string[] } {
  const { config, error } = ts.readConfigFile(path, (file) => readText(files, file));
  if (error !== undefined) throw badProject(ts, path, error);
  const parsed = ts.parseJsonConfigFileContent(config, configHost(ts, files), dirname(path), undefined, path);
  const [problem] = parsed.errors;
  if (problem !== undefined) throw badProject(ts, path, problem);
  return { options: { ...parsed.options, noEmit: true }, roots: parsed.fileNames };
}

function filesAlone(ts: TypeScript, paths: readonly string[]): { options: CompilerOptions; roots: string[] } {
  const { options } = ts.convertCompilerOptionsFromJson(FILE_OPTIONS, "/");
  return { options, roots: [...paths] };
}

function badProject(ts: TypeScript, path: string, diagnostic: Diagnostic): Bq2Error {
  return new Bq2Error(`Cannot use ${path}: ${messageOf(ts, diagnostic)}`, {
    code: "bad-project",
    hint: "correct it, or name the files to check",
  });
}

function describe(ts: TypeScript, diagnostic: Diagnostic): string {
  const message = `${messageOf(ts, diagnostic)} (TS${diagnostic.code})`;
  const { file, start = 0 } = diagnostic;
  if (file === undefined) return message;
  const place: Place = placeAt(file.text, start);
  return pointAt(file.fileName, file.text, place, message);
}

function messageOf(ts: TypeScript, { messageText }: Diagnostic): string {
  return ts.flattenDiagnosticMessageText(messageText, "\n");
}

function readIfThere(files: Files, path: string): string | undefined {
  return files.statusFollowed(path)?.kind === "file" ? readText(files, path) : undefined;
}

/**
 * TypeScript's own function for `include` patterns, which takes a way to list folders; not in its typings.
 */
type MatchFiles = (
  folder: string,
  extensions: readonly string[],
  excludes: readonly string[] | undefined,
  includes: readonly string[] | undefined,
  isCaseSensitive: boolean,
  currentFolder: string,
  depth: number | undefined,
  entriesOf: (folder: string) => {
    readonly files: readonly string[];
    readonly directories: readonly string[];
  },
  realPath: (path: string) => string,
) => string[];

function configHost(ts: TypeScript, files: Files): ParseConfigHost {
  const { matchFiles } = ts as TypeScript & { readonly matchFiles: MatchFiles };
  return {
    useCaseSensitiveFileNames: true,
    fileExists: (path) => files.statusFollowed(path)?.kind === "file",
    readFile: (path) => readIfThere(files, path),
    readDirectory: (folder, extensions, excludes, includes, depth) =>
      matchFiles(
        ...([folder, extensions, excludes, includes, true, "/", depth] as const),
        (path) => entriesOf(files, path),
        (path) => files.realPath(path),
      ).sort(compareNames),
  };
}

function entriesOf(files: Files, folder: string): { files: string[]; directories: string[] } {
  const found = { files: [] as string[], directories: [] as string[] };
  if (files.statusFollowed(folder)?.kind !== "folder") return found;
  for (const name of files.list(folder)) {
    const kind = files.statusFollowed(`${folder}/${name}`)?.kind;
    if (kind === "file") found.files.push(name);
    if (kind === "folder") found.directories.push(name);
  }
  return found;
}

function compilerHost(
  ts: TypeScript,
  files: Files,
  options: CompilerOptions,
  { library, modules, globals }: CheckRequest,
): CompilerHost {
  const read = (path: string): string | undefined =>
    path === GLOBALS_FILE ? globals : readIfThere(files, path);
  const host: CompilerHost = {
    fileExists: (path) => path === GLOBALS_FILE || files.statusFollowed(path)?.kind === "file",
    readFile: read,
    directoryExists: (path) => files.statusFollowed(path)?.kind === "folder",
    getDirectories: (path) => entriesOf(files, path).directories,
    realpath: (path) => (path === GLOBALS_FILE ? path : files.realPath(path)),
    getSourceFile(path, languageVersion) {
      const text = read(path);
      return text === undefined ? undefined : ts.createSourceFile(path, text, languageVersion);
    },
    getDefaultLibFileName: (chosen) => `${library}/${ts.getDefaultLibFileName(chosen)}`,
    getDefaultLibLocation: () => library,
    getCurrentDirectory: () => "/",
    getCanonicalFileName: (path) => path,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
    writeFile: () => {},
    resolveModuleNameLiterals: (literals, importer, redirected, _options, file) =>
      literals.map((literal): ResolvedModuleWithFailedLookupLocations => {
        const own = modules[literal.text];
        if (own !== undefined) {
          const extension = ts.Extension.Ts;
          return {
            resolvedModule: { resolvedFileName: own.file, extension, isExternalLibraryImport: false },
          };
        }
        const mode = ts.getModeForUsageLocation(file, literal, options);
        return ts.resolveModuleName(literal.text, importer, options, host, undefined, redirected, mode);
      }),
  };
  return host;
}
