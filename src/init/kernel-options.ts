/**
 * The options of process 1 on the kernel's command line: the kernel leaves words that it does not know to
 * init.
 */
import { CONSOLE_PROGRAMS, type ConsoleProgram, DEFAULT_CONSOLE_PROGRAM } from "./system.ts";

export interface KernelOptions {
  /** `bq2.console=`: the program on the consoles. */
  readonly console: ConsoleProgram;
  /**
   * The word that requests the rescue prompt before anything is started: `bq2.rescue`, or the usual `single`.
   */
  readonly rescueWord: string | undefined;
  /** Words with our prefix that are not options. */
  readonly unknown: readonly string[];
}

const PREFIX = "bq2.";
const CONSOLE = `${PREFIX}console=`;
const RESCUE = [`${PREFIX}rescue`, "single"];

/** Parses the text of /proc/cmdline; of contradicting words the last one counts. */
export function parseKernelOptions(text: string): KernelOptions {
  const words = text.split(/\s+/); // ours contain no quotes
  const isConsole = (name: string): name is ConsoleProgram => Object.hasOwn(CONSOLE_PROGRAMS, name);
  const consoles = words.filter((word) => word.startsWith(CONSOLE)).map((word) => word.slice(CONSOLE.length));
  return {
    console: consoles.filter(isConsole).at(-1) ?? DEFAULT_CONSOLE_PROGRAM,
    rescueWord: words.find((word) => RESCUE.includes(word)),
    unknown: [
      ...consoles.filter((name) => !isConsole(name)).map((name) => CONSOLE + name),
      ...words.filter((w) => w.startsWith(PREFIX) && !w.startsWith(CONSOLE) && !RESCUE.includes(w)),
    ],
  };
}
