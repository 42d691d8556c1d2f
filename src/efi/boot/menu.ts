/** The boot loader's menu. It is plain lines of text, so that it works on a screen and on a serial line. */
import type { BootEntry } from "../../formats/boot-entries.ts";
import type { TriesLeft } from "../../formats/boot-tries.ts";
import { readLine, waitForKey } from "../keys.ts";
import { write } from "../text-console.ts";
import { mayStart } from "./tries.ts";

export type Choice =
  | { readonly kind: "start"; readonly entry: BootEntry }
  | { readonly kind: "prompt" | "reset" | "power-off" | "leave" };

const HELP =
  "Number: start, e and number: change the command line, t: TypeScript prompt, r: reset, o: off, q: leave";

/** Counts down `seconds`; true if a key is typed meanwhile. */
export async function isInterrupted(entry: BootEntry, seconds: number): Promise<boolean> {
  if (seconds === 0) return (await waitForKey(0)) !== undefined;
  for (let left = seconds; left > 0; left--) {
    write(`\rStarting ${entry.title} in ${left} s; any key stops. `);
    if ((await waitForKey(1)) !== undefined) {
      write("\n");
      return true;
    }
  }
  write("\n");
  return false;
}

/** Asks until the answer is valid. */
export async function choose(entries: readonly BootEntry[], left: TriesLeft): Promise<Choice> {
  for (;;) {
    for (const [index, entry] of entries.entries()) {
      write(`  ${index + 1}  ${entry.title}${mayStart(entry, left) ? "" : " (has failed)"}\n`);
    }
    write(`${HELP}\n`);
    const line = await readLine("boot> ");
    const choice = line === undefined ? undefined : await understand(line.trim(), entries);
    if (choice !== undefined) return choice;
  }
}

async function understand(line: string, entries: readonly BootEntry[]): Promise<Choice | undefined> {
  if (line === "t") return { kind: "prompt" };
  if (line === "r") return { kind: "reset" };
  if (line === "o") return { kind: "power-off" };
  if (line === "q") return { kind: "leave" };
  const [, edit, number] = /^(e?)\s*(\d+)$/.exec(line) ?? [];
  const entry = entries[Number(number) - 1];
  if (entry === undefined) return undefined;
  if (edit === "") return { kind: "start", entry };
  const commandLine = await readLine("Command line: ", entry.commandLine ?? "");
  if (commandLine === undefined) return undefined;
  return { kind: "start", entry: { ...entry, commandLine: commandLine === "" ? null : commandLine } };
}
