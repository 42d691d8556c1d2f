/** What packages that are compiled from a list of files have in common: the toolchain, and where its outputs go. */
import type { InsideAction } from "../src/plan/action.ts";
import type { Build } from "../src/plan/build.ts";
import type { Place } from "../src/recipe/package.ts";
import { developmentHome } from "./development-home.ts";

type CompileList = Extract<Build, { kind: "compile-list" }>;

interface FileList {
  readonly flags: readonly string[];
  readonly sources: readonly string[];
}

function compileList(
  { arch: { triple } }: Place,
  { flags, sources }: FileList,
  rest: Pick<CompileList, "output" | "headers" | "prepare">,
): CompileList {
  const toolchain = { compiler: `${triple}-gcc`, archiver: `${triple}-ar` };
  return {
    kind: "compile-list",
    ...toolchain,
    flags: [...flags],
    sources: [...sources],
    ...rest,
    finish: [],
  };
}

/** A static library with its headers, where compilers look for both. */
export function libraryFromList(
  place: Place,
  list: FileList & {
    /** Such as `z`, for `-lz`. */
    readonly name: string;
    /** From the source tree to the folder of headers. */
    readonly headers: readonly { readonly from: string; readonly to: string }[];
  },
): CompileList {
  const home = `${place.destdir}${developmentHome(place)}`;
  return compileList(place, list, {
    output: { kind: "library", file: `${home}/lib/lib${list.name}.a` },
    headers: list.headers.map(({ from, to }) => ({ from, to: `${home}/include/${to}` })),
    prepare: [],
  });
}

/** A static program without its symbols. `libraries`: such as `z`; `prepare`: what comes before compiling. */
export function programFromList(
  place: Place,
  list: FileList & {
    readonly file: string;
    readonly libraries?: readonly string[];
    readonly prepare?: readonly InsideAction[];
  },
): CompileList {
  return compileList(place, list, {
    output: {
      kind: "program",
      file: list.file,
      flags: ["-static", "-s"],
      libraries: (list.libraries ?? []).map((name) => `-l${name}`),
    },
    headers: [],
    prepare: [...(list.prepare ?? [])],
  });
}
