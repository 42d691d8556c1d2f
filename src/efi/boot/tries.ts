/**
 * Boot counting: an entry with `tries` is started at most that often, unless its system confirms a good boot
 * (`src/init/good-boot.ts`); after that the next entry is started. Pure except {@link readTries} and
 * {@link writeTries}.
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

/** True if an entry may be started without asking: it is not counted, or has tries left. */
export function mayStart({ title, tries }: BootEntry, left: TriesLeft): boolean {
  return tries === null || (left.get(title) ?? tries) > 0;
}

/** The counts to write before `entry` is started; undefined if it is not counted. */
export function afterStart({ title, tries }: BootEntry, left: TriesLeft): TriesLeft | undefined {
  if (tries === null) return undefined;
  return new Map([...left, [title, Math.max((left.get(title) ?? tries) - 1, 0)]]);
}

/** Entries in the order in which to try them: those that have used up their tries come last. */
export function inOrder(entries: readonly BootEntry[], left: TriesLeft): BootEntry[] {
  return [
    ...entries.filter((entry) => mayStart(entry, left)),
    ...entries.filter((entry) => !mayStart(entry, left)),
  ];
}

/** A file that is missing or unreadable counts nothing. */
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
