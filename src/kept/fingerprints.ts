/**
 * Fingerprints: what the kernel says of files that were found whole. No program can change a file's bytes, mode, owner
 * or names without giving it a new change time, so a file with its old fingerprint needs no hashing.
 *
 * They save time and nothing else. They belong to this disk alone: copied or restored files have others, are hashed
 * once and get new ones. Without them, or where they are damaged, everything is hashed. No key or digest covers them.
 */
import * as v from "valibot";
import { canonicalJson } from "../base/json.ts";
import { dirname } from "../base/path.ts";
import { makeFolders, writeFileAtomic } from "../platform/files.ts";
import { type FileStatus, type Files, type Platform, SystemError } from "../platform/platform.ts";
import { readJson } from "./json.ts";

const FORMAT = "bq2-fingerprints/1";

const FingerprintsSchema = v.strictObject({
  format: v.literal(FORMAT),
  /** Digest of what the files were held to. */
  of: v.string(),
  /** In the manifest's order; empty for a file that has none yet. */
  entries: v.array(v.string()),
});

/** Linux stamps files with the time of its last tick (`CONFIG_HZ`, at least 100): two changes within one look alike. */
const TICK_SECONDS = 0.02;

/** Inode, change time, time and size. Without the device, whose number may change with every mount. */
export function fingerprintOf({ identity, ctime, mtime, size }: FileStatus): string {
  return `${identity.slice(identity.indexOf(":") + 1)} ${ctime} ${mtime} ${size}`;
}

/** What to note of a file that was just found whole: nothing yet, while a change could still go unseen. */
export function notedFingerprint({ clock }: Pick<Platform, "clock">, status: FileStatus): string {
  const isRecent = status.ctime > clock.nowMicroseconds() / 1e6 - TICK_SECONDS;
  return isRecent ? "" : fingerprintOf(status);
}

/** The fingerprints noted for `of`; none where there is no such note, or a damaged one. */
export function readFingerprints(files: Files, path: string, of: string): readonly string[] {
  const found = readJson(files, path, FingerprintsSchema);
  return found?.of === of ? found.entries : [];
}

/** Notes them, where the folder may be written: a cache of another user's serves without. */
export function writeFingerprints(files: Files, path: string, of: string, entries: readonly string[]): void {
  try {
    makeFolders(files, dirname(path));
    writeFileAtomic(files, path, canonicalJson({ format: FORMAT, of, entries }));
  } catch (error) {
    // Another run may write the same note at the same time.
    if (!(error instanceof SystemError)) throw error;
  }
}
