/**
 * Completes the text at the cursor: names of values, properties, programs and files. Runs none of the user's
 * code.
 */
import { dirname, resolvePath } from "../base/path.ts";
import { compareNames } from "../base/text.ts";
import type { Platform } from "../platform/platform.ts";
import { COMMAND_MARK } from "./prompt-line.ts";
import type { ShellPlace } from "./shell.ts";

export interface Completion {
  /** Start of the text that a candidate replaces. */
  readonly start: number;
  /** Sorted, each once. */
  readonly candidates: readonly string[];
}

/**
 * Any character beyond ASCII counts as a letter: with Unicode's classes, the regular expression takes 10 KB.
 */
const IS_NAME = /^[A-Za-z_$\x80-\uffff][\w$\x80-\uffff]*$/;

const KEYWORDS =
  "async await break case catch class const continue debugger default delete do else export extends false finally for function if import in instanceof interface let new null return satisfies static super switch this throw true try type typeof undefined var void while yield".split(
    " ",
  );

/** @param before The line up to the cursor. */
export function complete(
  { files }: Pick<Platform, "files">,
  { cwd, env }: ShellPlace,
  globals: object,
  before: string,
): Completion {
  if (before.startsWith(COMMAND_MARK)) {
    const word = /(?:^!\s*|\s)(\S*)$/.exec(before)?.[1] ?? "";
    const isProgram = /^!\s*\S*$/.test(before) && !word.includes("/");
    const names = isProgram ? programs(files, env.PATH ?? "", word) : paths(files, cwd, word);
    return { start: before.length - word.length, candidates: names };
  }
  const quoted = openString(before);
  if (quoted !== undefined) {
    return { start: before.length - quoted.length, candidates: paths(files, cwd, quoted) };
  }
  const [, owner, prefix = ""] =
    /((?:[A-Za-z_$\x80-\uffff][\w$\x80-\uffff]*\.)*)([\w$\x80-\uffff]*)$/.exec(before) ?? [];
  const start = before.length - prefix.length;
  if (/^\d/.test(prefix) || (owner === "" && before[start - 1] === ".")) return { start, candidates: [] };
  const value = valueAt(globals, owner ?? "");
  const names = owner === "" ? [...KEYWORDS, ...namesOf(globals)] : namesOf(value);
  return { start, candidates: choose(names, prefix) };
}

const OPEN_STRING =
  /^(?:[^"'`\\]|\\.|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`)*(["'`])((?:[^"'`\\\s]|\\.)*)$/;

/** The typed part of an open string that may be a path. */
function openString(before: string): string | undefined {
  return OPEN_STRING.exec(before)?.[2];
}

function choose(names: Iterable<string>, prefix: string): string[] {
  const fitting = [...new Set(names)].filter((name) => name.startsWith(prefix) && IS_NAME.test(name));
  return fitting.sort(compareNames);
}

/** The value of `a.b.`; `undefined` if that would need a getter, because none is run. */
function valueAt(globals: object, path: string): unknown {
  let value: unknown = globals;
  for (const name of path.split(".").slice(0, -1)) {
    value = descriptorOf(value, name)?.value;
  }
  return value;
}

function descriptorOf(value: unknown, name: string): PropertyDescriptor | undefined {
  for (const object of chainOf(value)) {
    const found = Object.getOwnPropertyDescriptor(object, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The object and its prototypes. */
function chainOf(value: unknown): object[] {
  const chain: object[] = [];
  let at: unknown = value === undefined || value === null ? null : Object(value);
  while (typeof at === "object" || typeof at === "function") {
    if (at === null) break;
    chain.push(at);
    at = Object.getPrototypeOf(at);
  }
  return chain;
}

function namesOf(value: unknown): string[] {
  return chainOf(value).flatMap((object) => Object.getOwnPropertyNames(object));
}

function programs(files: Platform["files"], path: string, prefix: string): string[] {
  const names = path.split(":").flatMap((folder) => namesIn(files, folder));
  return [...new Set(names)].filter((name) => name.startsWith(prefix)).sort(compareNames);
}

/** Paths that start with `typed`; folders end in a slash. */
function paths(files: Platform["files"], cwd: string, typed: string): string[] {
  const head = typed.slice(0, typed.lastIndexOf("/") + 1);
  const prefix = typed.slice(head.length);
  const folder = resolvePath(cwd, head === "" ? "." : dirname(`${head}x`));
  return namesIn(files, folder)
    .filter((name) => name.startsWith(prefix) && (prefix !== "" || !name.startsWith(".")))
    .map((name) => {
      const isFolder = files.statusFollowed(`${folder}/${name}`)?.kind === "folder";
      return `${head}${name}${isFolder ? "/" : ""}`;
    });
}

function namesIn(files: Platform["files"], folder: string): readonly string[] {
  try {
    return files.list(folder);
  } catch {
    return []; // not a folder, or not readable
  }
}
