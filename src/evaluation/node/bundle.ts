/** The modules of an evaluation as one script. */
import { SourceMap } from "node:module";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { type BuildFailure, build, stop } from "esbuild";
import { Bq2Error } from "../../base/error.ts";
import { type EvaluationRequest, OWN_FOLDERS, SYSTEM_MODULES } from "../evaluate.ts";

export interface Bundle {
  readonly code: string;
  /** The place in the user's code, such as `system.ts:3:9`; undefined in other code. Numbers start at 1. */
  placeOf(line: number, column: number): string | undefined;
}

/** @throws Bq2Error `bad-system` if a module does not parse, or imports what it must not. */
export async function bundleSystem({ file, projectFolder }: EvaluationRequest): Promise<Bundle> {
  const own = (path: string): string => join(projectFolder, path);
  const entry = `
    import ${JSON.stringify(own("systems/realm.ts"))};
    import value from ${JSON.stringify(file)};
    import { planSystem } from ${JSON.stringify(own("systems/plan.ts"))};
    globalThis.result = planSystem(value, JSON.parse(globalThis.request));
  `;
  const folder = dirname(file);
  const modules = Object.entries(SYSTEM_MODULES).map(([name, path]) => [name, own(path)] as const);
  try {
    const { outputFiles } = await build({
      stdin: { contents: entry, resolveDir: folder, sourcefile: "entry.js" },
      alias: Object.fromEntries(modules),
      bundle: true,
      platform: "neutral",
      mainFields: ["module", "main"],
      format: "iife",
      target: "es2022",
      keepNames: false,
      sourcemap: "external",
      sourcesContent: false,
      outdir: folder,
      write: false,
      logLevel: "silent",
    });
    const text = (ending: string): string =>
      outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? "";
    const map = new SourceMap(JSON.parse(text(".js.map")));
    return {
      code: text(".js"),
      placeOf: (line, column) => placeIn(map, folder, projectFolder, line, column),
    };
  } catch (error) {
    throw bundleError(file, error);
  } finally {
    await stop(); // its service would keep its memory
  }
}

function placeIn(
  map: SourceMap,
  folder: string,
  projectFolder: string,
  line: number,
  column: number,
): string | undefined {
  const found = map.findEntry(line - 1, column - 1);
  if (!("originalSource" in found)) return undefined;
  const source = resolve(folder, found.originalSource);
  const isOwn = OWN_FOLDERS.some((own) => !relative(join(projectFolder, own), source).startsWith(".."));
  if (isOwn || source.endsWith("/entry.js")) return undefined;
  const path = relative(folder, source);
  return `${path.startsWith("..") || isAbsolute(path) ? source : path}:${found.originalLine + 1}:${found.originalColumn + 1}`;
}

/** esbuild's first error, with its place. */
function bundleError(file: string, error: unknown): unknown {
  const [first] = (error as Partial<BuildFailure>).errors ?? [];
  if (first === undefined) return error;
  const { location, text } = first;
  const place = location === null ? "" : `${location.file}:${location.line}:${location.column + 1}: `;
  return new Bq2Error(`Cannot evaluate ${file}: ${place}${text}`, {
    code: "bad-system",
    hint: "a system file may import its own modules, pure packages, bq2/system and bq2/packages",
  });
}
