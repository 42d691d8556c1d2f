/** What the kernel's command line asks of process 1. The kernel leaves words that it does not know to init. */
import { CONSOLE_PROGRAMS, type ConsoleProgram, DEFAULT_CONSOLE_PROGRAM } from "./system.ts";

export interface KernelOptions {
  /** `bq2.console=`: what the consoles carry. */
  readonly console: ConsoleProgram;
  /** `bq2.rescue`, or `single` as elsewhere: the rescue prompt before anything is started. Else undefined. */
  readonly rescueWord: string | undefined;
  /** Words of ours that mean nothing. */
  readonly unknown: readonly string[];
}

const PREFIX = "bq2.";
const CONSOLE = `${PREFIX}console=`;
const RESCUE = [`${PREFIX}rescue`, "single"];

/** `text` as in /proc/cmdline; of words that contradict each other the last one counts. */
export function parseKernelOptions(text: string): KernelOptions {
  const words = text.split(/\s+/); // ours hold no quotes
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
