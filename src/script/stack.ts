/**
 * Stacks of errors for users: only frames of the user's own code. Blanking types moves nothing, so lines and
 * columns are those of the TypeScript.
 */
import { Bq2Error, describeError } from "../base/error.ts";

interface Frame {
  readonly name: string;
  /** `native` for functions of the engine. */
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** `at name (place)`, or `at place` alone; a place is `file:line:column`, `file:line` or `native`. */
function parseFrame(text: string): Frame | undefined {
  const named = /^\s*at (.*) \((.*)\)$/.exec(text);
  const place = named?.[2] ?? /^\s*at (.*)$/.exec(text)?.[1];
  if (place === undefined) return undefined;
  const name = named?.[1] ?? "";
  const [, file = "", line, column = "1"] = /^(.*?):(\d+)(?::(\d+))?$/.exec(place) ?? [];
  return line === undefined
    ? { name, file: place }
    : { name, file, line: Number(line), column: Number(column) };
}

/** How many frames of a deep recursion are shown. */
const MOST_FRAMES = 12;

/**
 * Prefix of the names of this program's modules: empty in the image, where their names are relative paths;
 * the project's folder when run from source.
 */
const OWN_PREFIX = import.meta.url.slice(0, -"src/script/stack.ts".length);

export function isOwnModule(file: string, ownPrefix = OWN_PREFIX): boolean {
  if (ownPrefix === "") return !file.startsWith("/");
  return ["src/", "pkgs/", "bq2.ts", "native/", "node_modules/"].some((part) =>
    file.startsWith(`${ownPrefix}${part}`),
  );
}

/**
 * The lines of `stack` without this program's frames and without native frames below the user's last one.
 * Long stacks are cut.
 */
export function userFrames(stack: string, ownPrefix = OWN_PREFIX): string[] {
  const frames: string[] = [];
  let pendingNative: string[] = [];
  for (const line of stack.split("\n")) {
    const frame = parseFrame(line);
    if (frame?.file === "native") {
      pendingNative.push(`    ${line.trim()}`);
    } else if (frame !== undefined && !isOwnModule(frame.file, ownPrefix)) {
      frames.push(...pendingNative, `    ${line.trim()}`);
      pendingNative = [];
    }
  }
  if (frames.length <= MOST_FRAMES) return frames;
  return [...frames.slice(0, MOST_FRAMES), `    … ${frames.length - MOST_FRAMES} more`];
}

/** The place of the innermost frame that has a line, or `undefined`. */
export function firstPlace(
  stack: string,
): { readonly file: string; readonly line: number; readonly column: number } | undefined {
  for (const text of stack.split("\n")) {
    const { file = "", line, column = 1 } = parseFrame(text) ?? {};
    if (line !== undefined) return { file, line, column };
  }
  return undefined;
}

/**
 * An error with its stack and causes, for a terminal; other values as `show` prints them.
 *
 * @example
 * describeFailure(error, String); // "TypeError: not a function\n    at main (/root/a.ts:3:5)"
 */
export function describeFailure(error: unknown, show: (value: unknown) => string): string {
  if (!(error instanceof Error)) return show(error);
  // The message of a Bq2Error needs no class name.
  const head = error instanceof Bq2Error ? describeError(error) : `${error.name}: ${error.message}`;
  const lines = [head, ...userFrames(error.stack ?? "")];
  if (error.cause !== undefined && error.cause !== error) {
    lines.push(`  caused by ${describeFailure(error.cause, show)}`);
  }
  if (error instanceof AggregateError) {
    for (const part of error.errors) lines.push(`  of ${describeFailure(part, show)}`);
  }
  return lines.join("\n");
}
