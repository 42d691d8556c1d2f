/** Which pinned archives the cache holds, for `bq2 sources list` and `verify`. */
import type { Archive } from "../plan/source.ts";
import type { Platform } from "../platform/platform.ts";
import { type ArchivePaths, archivePaths, type Check, checkFile, readRecord, writeRecord } from "./cache.ts";
import { describeOrigin } from "./origins.ts";

export interface ListedArchive {
  readonly archive: Archive;
  /** `partial`: a download was cut off. `damaged`: the size is wrong; only `verifyArchives` hashes. */
  readonly state: "cached" | "partial" | "missing" | "damaged";
  readonly path: string;
  /** Bytes in the cache. */
  readonly received: number;
  /** The address or path that the archive came from, and when its bytes were last verified (UTC). */
  readonly from: string | undefined;
  readonly verifiedAt: string | undefined;
  /** Where it can come from, as text for people. */
  readonly origins: readonly string[];
}

/** Quick: looks at names and sizes only. */
export function listArchives(
  platform: Platform,
  cache: string,
  archives: readonly Archive[],
): readonly ListedArchive[] {
  return archives.map((archive) => {
    const paths = archivePaths(cache, archive);
    const size = platform.files.status(paths.file)?.size;
    const partSize = platform.files.status(paths.part)?.size;
    const whole = size === archive.size ? "cached" : "damaged";
    const state = size !== undefined ? whole : partSize !== undefined ? "partial" : "missing";
    const record = size === undefined ? undefined : readRecord(platform.files, paths);
    return {
      archive,
      state,
      path: paths.file,
      received: size ?? partSize ?? 0,
      from: record?.origin,
      verifiedAt: record?.verifiedAt,
      origins: archive.origins.map(describeOrigin),
    };
  });
}

export type VerifiedArchive = { readonly archive: Archive; readonly path: string } & Check;

/** Hashes every archive in the cache and records when it was good. Changes nothing else. */
export function* verifyArchives(
  platform: Platform,
  cache: string,
  archives: readonly Archive[],
): Generator<VerifiedArchive> {
  for (const archive of archives) {
    const paths = archivePaths(cache, archive);
    const check = checkFile(platform, paths.file, archive);
    if (check.outcome === "good") noteVerified(platform, paths);
    yield { archive, path: paths.file, ...check };
  }
}

function noteVerified(platform: Platform, paths: ArchivePaths): void {
  const lock = platform.files.tryLock(paths.lock);
  if (lock === undefined) return; // the process that fetches it writes the record
  writeRecord(platform, paths, readRecord(platform.files, paths)?.origin ?? "unknown");
  lock.release();
}
