/** `$`: runs a program and returns its output. There is no shell in between: words are passed unchanged. */
import { collectBytes } from "../base/bytes.ts";
import { decodeUtf8 } from "../base/text.ts";
import { splitWords } from "../base/words.ts";
import { SIGNALS } from "../platform/linux-abi.ts";
import type { Exit, Platform } from "../platform/platform.ts";

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit code; 128 plus the signal's number if a signal ended the program, as in shells. */
  readonly code: number;
}

/** Where programs run. */
export interface ShellPlace {
  readonly cwd: string;
  readonly env: { readonly [name: string]: string };
}

/**
 * @example
 * const { stdout } = await $`ls -l ${folder}`; // an inserted value stays one word; an array becomes several
 * const { code } = await $("grep", "-q", pattern, file);
 */
export interface Shell {
  (text: TemplateStringsArray, ...values: readonly unknown[]): Promise<Output>;
  (program: string, ...args: readonly string[]): Promise<Output>;
}

/** The shell throws SystemError if a program cannot be started; an exit code other than 0 is not an error. */
export function makeShell({ processes }: Pick<Platform, "processes">, place: () => ShellPlace): Shell {
  return async (first: TemplateStringsArray | string, ...rest: readonly unknown[]) => {
    const argv = typeof first === "string" ? [first, ...rest.map(String)] : templateWords(first, rest);
    const { cwd, env } = place();
    const child = await processes.spawn({
      argv,
      cwd,
      env,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const [stdout, stderr, exit] = await Promise.all([
      collectBytes(child.stdout),
      collectBytes(child.stderr),
      child.wait(),
    ]);
    return { stdout: decodeUtf8(stdout), stderr: decodeUtf8(stderr), code: exitCode(exit) };
  };
}

const SIGNAL_BASE = 128;

export function exitCode(exit: Exit): number {
  return exit.code ?? SIGNAL_BASE + (SIGNALS[exit.signal] ?? 0);
}

/** Marks inserted values while words are split; no argument of a program can contain it. */
const MARK = "\0";

function templateWords({ raw }: TemplateStringsArray, values: readonly unknown[]): string[] {
  const text = raw.reduce((before, part, index) => `${before}${MARK}${index - 1}${MARK}${part}`);
  const valueAt = (index: string): unknown => values[Number(index)];
  return splitWords(text).flatMap((word) => {
    const alone = /^\0(\d+)\0$/.exec(word)?.[1];
    const value = alone === undefined ? undefined : valueAt(alone);
    if (Array.isArray(value)) return value.map(String);
    return [word.replaceAll(/\0(\d+)\0/g, (_, index: string) => String(valueAt(index)))];
  });
}
