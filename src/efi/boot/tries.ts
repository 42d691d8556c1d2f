/**
 * Boot counting: an entry with `tries` is started at most so often until somebody says that it is good, by removing its line, or
 * the whole file, from the running system. Then the next entry takes its place. Pure but for {@link readTries} and {@link writeTries}.
 */
import { BOOT_FOLDER, type BootEntry } from "../../formats/boot-entries.ts";
import type { Volume } from "../files.ts";

/** Starts that are left, by the entry's title. What is not in it has all of its tries. */
export type TriesLeft = ReadonlyMap<string, number>;

const FILE = `${BOOT_FOLDER}/tries.json`;
const FILE_LIMIT = 64 * 1024;

/** An entry that may be started by itself: not counted, or with starts left. */
export function mayStart({ title, tries }: BootEntry, left: TriesLeft): boolean {
  return tries === null || (left.get(title) ?? tries) > 0;
}

/** The counts when `entry` is about to be started; undefined where it is not counted. */
export function afterStart({ title, tries }: BootEntry, left: TriesLeft): TriesLeft | undefined {
  if (tries === null) return undefined;
  return new Map([...left, [title, Math.max((left.get(title) ?? tries) - 1, 0)]]);
}

/** Entries in the order in which they are tried: those that may start first. */
export function inOrder(entries: readonly BootEntry[], left: TriesLeft): BootEntry[] {
  return [
    ...entries.filter((entry) => mayStart(entry, left)),
    ...entries.filter((entry) => !mayStart(entry, left)),
  ];
}

/** A missing or damaged file counts nothing: a machine that starts is worth more. */
export function readTries(volume: Volume): TriesLeft {
  try {
    if (volume.status(FILE) === undefined) return new Map();
    const parsed: unknown = JSON.parse(volume.readText(FILE, FILE_LIMIT));
    if (typeof parsed !== "object" || parsed === null) return new Map();
    return new Map(
      Object.entries(parsed).filter((pair): pair is [string, number] => Number.isInteger(pair[1])),
    );
  } catch (error) {
    console.warn(`Cannot read ${FILE}: ${error instanceof Error ? error.message : error}`);
    return new Map();
  }
}

export function writeTries(volume: Volume, left: TriesLeft): void {
  volume.writeFile(FILE, `${JSON.stringify(Object.fromEntries(left))}\n`);
}
