/** What packages that are compiled from a list of files share: the toolchain, and where their outputs go. */
import type { InsideAction } from "../src/plan/action.ts";
import type { Build } from "../src/plan/build.ts";
import type { Place } from "../src/recipe/package.ts";
import { developmentHome } from "./toolchain.ts";

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

/** A static library and its headers, where compilers look for both. */
export function libraryFromList(
  place: Place,
  list: FileList & {
    /** Such as `z`, for `-lz`. */
    readonly name: string;
    /** From a path in the source tree to a path below the folder of headers. */
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

/** A static program without symbols. */
export function programFromList(
  place: Place,
  list: FileList & {
    readonly file: string;
    /** Names such as `z`, for `-lz`. */
    readonly libraries?: readonly string[];
    /** Actions before compiling. */
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
