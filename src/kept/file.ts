/** One file that is kept under its sha256: an archive, an artifact. Hashed where its fingerprint is not the noted one. */
import { sha256File } from "../platform/files.ts";
import { type Platform, SystemError } from "../platform/platform.ts";
import type { Damage } from "./damage.ts";
import { fingerprintOf, notedFingerprint, readFingerprints, writeFingerprints } from "./fingerprints.ts";

export interface KeptFile {
  /** Links to the file are followed. */
  readonly path: string;
  /** The file of its fingerprint. */
  readonly fingerprints: string;
  readonly sha256: string;
}

/** What is wrong with the file; `undefined` where nothing is: then its fingerprint is noted. */
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

/** Notes the fingerprint of a file whose sha256 is known to be right. */
export function noteFingerprint(platform: Platform, { path, fingerprints, sha256 }: KeptFile): void {
  const status = platform.files.statusFollowed(path);
  if (status === undefined) return;
  writeFingerprints(platform.files, fingerprints, sha256, [notedFingerprint(platform, status)]);
}

/** The file's sha256 for a comparison; of a file that cannot be read, the reason. */
export function foundSha256(platform: Platform, path: string): string {
  try {
    return sha256File(platform, path);
  } catch (error) {
    if (error instanceof SystemError) return `unknown (${error.code})`; // a bad disk
    throw error;
  }
}
