/**
 * Fingerprints: the kernel's data about files that were found intact. No program can change a file's bytes,
 * mode, owner or names without giving it a new change time, so a file whose fingerprint is unchanged needs no
 * hashing.
 *
 * Fingerprints only save time. They are valid on this disk only: copied or restored files are hashed once and
 * get new ones. If fingerprints are missing or damaged, everything is hashed. No key or digest covers them.
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
  /** Digest of the manifest, or sha256 of the file, that was verified. */
  of: v.string(),
  /** In the manifest's order; an empty string for a file without a fingerprint. */
  entries: v.array(v.string()),
});

/** Linux stamps files with the last tick's time (`CONFIG_HZ`, at least 100): two changes in one are alike. */
const TICK_SECONDS = 0.02;

/** Inode, change time, modification time, size; not the device, whose number may change with every mount. */
export function fingerprintOf({ identity, ctime, mtime, size }: FileStatus): string {
  return `${identity.slice(identity.indexOf(":") + 1)} ${ctime} ${mtime} ${size}`;
}

/** The fingerprint to record for a file just found intact; empty while a further change could go unseen. */
export function notedFingerprint({ clock }: Pick<Platform, "clock">, status: FileStatus): string {
  const isRecent = status.ctime > clock.nowMicroseconds() / 1e6 - TICK_SECONDS;
  return isRecent ? "" : fingerprintOf(status);
}

/** The fingerprints recorded for `of`; empty if there are none or they are damaged. */
export function readFingerprints(files: Files, path: string, of: string): readonly string[] {
  const found = readJson(files, path, FingerprintsSchema);
  return found?.of === of ? found.entries : [];
}

/** Records fingerprints if the folder is writable; another user's cache works without them. */
export function writeFingerprints(files: Files, path: string, of: string, entries: readonly string[]): void {
  try {
    makeFolders(files, dirname(path));
    writeFileAtomic(files, path, canonicalJson({ format: FORMAT, of, entries }));
  } catch (error) {
    // Another run may write the same file at the same time.
    if (!(error instanceof SystemError)) throw error;
  }
}
