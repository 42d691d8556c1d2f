/** A file with a recorded sha256: an archive or an artifact. It is hashed only if its fingerprint changed. */
import { sha256File } from "../platform/files.ts";
import { type Platform, SystemError } from "../platform/platform.ts";
import type { Damage } from "./damage.ts";
import { fingerprintOf, notedFingerprint, readFingerprints, writeFingerprints } from "./fingerprints.ts";

export interface KeptFile {
  /** Symbolic links are followed. */
  readonly path: string;
  /** Path of the fingerprint's file. */
  readonly fingerprints: string;
  readonly sha256: string;
}

/** What is wrong with the file. `undefined` if it is intact; then its fingerprint is recorded. */
export function fileDamage(platform: Platform, file: KeptFile): Damage | undefined {
  const { files } = platform;
  const { path, fingerprints, sha256 } = file;
  const status = files.statusFollowed(path);
  if (status?.kind !== "file") return { path, wanted: "file", found: status?.kind ?? "nothing" };
  const [noted] = readFingerprints(files, fingerprints, sha256);
  if (noted === fingerprintOf(status)) return undefined;
  const found = foundSha256(platform, path);
  if (found !== sha256) return { path, wanted: `sha256 ${sha256}`, found: `sha256 ${found}` };
  noteFingerprint(platform, file);
  return undefined;
}

/** Records the fingerprint of a file whose sha256 is known to be right. */
export function noteFingerprint(platform: Platform, { path, fingerprints, sha256 }: KeptFile): void {
  const status = platform.files.statusFollowed(path);
  if (status === undefined) return;
  writeFingerprints(platform.files, fingerprints, sha256, [notedFingerprint(platform, status)]);
}

/** The file's sha256 for a comparison, or why the file cannot be read. */
export function foundSha256(platform: Platform, path: string): string {
  try {
    return sha256File(platform, path);
  } catch (error) {
    if (error instanceof SystemError) return `unknown (${error.code})`; // a bad disk
    throw error;
  }
}
