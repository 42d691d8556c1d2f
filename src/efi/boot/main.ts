/**
 * The boot loader: reads the entries of `EFI/bq2/entries.json`, waits for a key, and starts the first entry.
 * If an entry cannot be started, it tries the next one; when none is left, it shows the menu.
 */
import { Bq2Error, describeError } from "../../base/error.ts";
import {
  type BootEntries,
  type BootEntry,
  ENTRIES_FILE,
  ENTRIES_LIMIT,
  parseBootEntries,
} from "../../formats/boot-entries.ts";
import { ownVolume, type Volume } from "../files.ts";
import { leave, powerOff, reset } from "../reset.ts";
import { write } from "../text-console.ts";
import { tellSystem } from "./counted-entry.ts";
import { choose, isInterrupted } from "./menu.ts";
import { startEntry } from "./start-entry.ts";
import { afterStart, inOrder, readTries, writeTries } from "./tries.ts";

const volume = ownVolume();
write("bq2 boot loader\n");
const { timeoutSeconds, entries } = readEntries(volume);
let left = readTries(volume);
const ordered = inOrder(entries, left);
const [first] = ordered;
if (first !== undefined && !(await isInterrupted(first, timeoutSeconds))) {
  for (const entry of ordered) tryToStart(entry);
}
for (;;) {
  const choice = await choose(entries, left);
  if (choice.kind === "start") tryToStart(choice.entry);
  if (choice.kind === "prompt") await (await import("./prompt.ts")).runPrompt(volume);
  if (choice.kind === "reset") reset("cold");
  if (choice.kind === "power-off") powerOff();
  if (choice.kind === "leave") leave(1);
}

/** Returns no entries if they cannot be read, and says so: the menu still offers the rest. */
function readEntries(from: Volume): BootEntries {
  try {
    return parseBootEntries(from.readText(ENTRIES_FILE, ENTRIES_LIMIT));
  } catch (error) {
    write(`${describeError(error)}\n`);
    return { timeoutSeconds: 0, entries: [] };
  }
}

/** Returns only if the entry could not be started or its kernel returned. */
function tryToStart(entry: BootEntry): void {
  write(`Starting ${entry.title}\n`);
  try {
    count(entry);
    startEntry(volume, entry);
    throw new Bq2Error(`${entry.title} has returned`, { code: "kernel-returned" });
  } catch (error) {
    write(`${describeError(error)}\n`);
  }
}

/** Counts a start. A failure, such as a read-only medium, does not keep the machine from starting. */
function count(entry: BootEntry): void {
  const after = afterStart(entry, left);
  try {
    tellSystem(entry);
    if (after === undefined) return;
    left = after;
    writeTries(volume, left);
  } catch (error) {
    write(`Cannot count this start: ${describeError(error)}\n`);
  }
}
