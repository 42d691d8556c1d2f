/**
 * Boot counting: an entry with `tries` is started at most so often until the system that it starts says that all is well
 * (`src/init/good-boot.ts`). Then the next entry takes its place. Pure but for {@link readTries} and {@link writeTries}.
 */
import type { BootEntry } from "../../formats/boot-entries.ts";
import {
  encodeTries,
  parseTries,
  TRIES_FILE,
  TRIES_LIMIT,
  type TriesLeft,
} from "../../formats/boot-tries.ts";
import type { Volume } from "../files.ts";

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

/** A missing file, or one that cannot be read, counts nothing. */
export function readTries(volume: Volume): TriesLeft {
  try {
    if (volume.status(TRIES_FILE) === undefined) return new Map();
    return parseTries(volume.readText(TRIES_FILE, TRIES_LIMIT));
  } catch (error) {
    console.warn(`Cannot read ${TRIES_FILE}: ${error instanceof Error ? error.message : error}`);
    return new Map();
  }
}

export function writeTries(volume: Volume, left: TriesLeft): void {
  volume.writeFile(TRIES_FILE, encodeTries(left));
}
