/**
 * Archives, kept by digest and shared by all of a user's checkouts:
 *
 * ```
 * <cache>/archives/<sha256>/<file>            verified bytes; only whole, checked files get this name
 *                           <file>.part       what has arrived so far; a later run continues it
 *                           <file>.part.json  the address it comes from, and that address's ETag
 *                           <file>.json       where the archive came from, when it was last verified
 *                           <file>.fingerprints.json   saves hashing a file that has not changed
 *                           lock              held while a process fetches
 * ```
 *
 * An archive is checked on every use, and hashed if its file has changed since the last time.
 */
import * as v from "valibot";
import { Bq2Error, errorCode } from "../base/error.ts";
import { prettyJson } from "../base/json.ts";
import { formatTimestamp } from "../base/log.ts";
import { encodeUtf8 } from "../base/text.ts";
import { fileDamage } from "../kept/file.ts";
import { readJson } from "../kept/json.ts";
import type { Archive } from "../plan/source.ts";
import { chunksOf, sha256File, syncFolder, writeFileAtomic } from "../platform/files.ts";
import { type Files, type Host, type Platform, SystemError } from "../platform/platform.ts";

/**
 * The folder for everything worth keeping across checkouts: `BQ2_CACHE`, else `bq2` in the XDG cache
 * folder (XDG Base Directory Specification: relative values are ignored).
 *
 * @throws Bq2Error `no-cache-folder` if the environment names none.
 */
export function cacheFolder(host: Pick<Host, "env" | "cwd">): string {
  const { BQ2_CACHE: chosen = "", XDG_CACHE_HOME: xdg = "", HOME: home = "" } = host.env;
  if (chosen !== "") return chosen.startsWith("/") ? chosen : `${host.cwd}/${chosen}`;
  if (xdg.startsWith("/")) return `${xdg}/bq2`;
  if (home.startsWith("/")) return `${home}/.cache/bq2`;
  throw new Bq2Error("Cannot choose a cache folder: HOME is not set", {
    code: "no-cache-folder",
    hint: "set BQ2_CACHE to a folder with some GB free",
  });
}

/** Adds a hint to errors that say that the cache cannot be written; returns others as they are. */
export function withCacheHint(error: unknown): unknown {
  const isForbidden = ["EACCES", "EPERM", "EROFS"].includes(errorCode(error) ?? "");
  if (!isForbidden || !(error instanceof SystemError)) return error;
  const hint = "set BQ2_CACHE to a folder that you can write to, or change that folder's permissions";
  return new Bq2Error(error.message, { code: error.code, hint, cause: error });
}

export interface ArchivePaths {
  readonly folder: string;
  readonly file: string;
  readonly part: string;
  readonly partNote: string;
  readonly record: string;
  readonly fingerprints: string;
  readonly lock: string;
}

/** Where an archive is kept; nothing is created. */
export function archivePaths(cache: string, archive: Archive): ArchivePaths {
  const folder = `${cache}/archives/${archive.sha256}`;
  const file = `${folder}/${archive.file}`;
  return {
    folder,
    file,
    part: `${file}.part`,
    partNote: `${file}.part.json`,
    record: `${file}.json`,
    fingerprints: `${file}.fingerprints.json`,
    lock: `${folder}/lock`,
  };
}

const RecordSchema = v.object({ origin: v.string(), verifiedAt: v.string() });
/** Where a kept archive came from (an address or a path) and when its bytes were last verified (UTC). */
export type ArchiveRecord = v.InferOutput<typeof RecordSchema>;

const PartNoteSchema = v.object({ url: v.string(), etag: v.optional(v.string()) });
/** The address that a part file comes from. */
export type PartNote = v.InferOutput<typeof PartNoteSchema>;

/** `undefined` if the record is missing or damaged: it only informs, nothing depends on it. */
export function readRecord(files: Files, paths: ArchivePaths): ArchiveRecord | undefined {
  return readJson(files, paths.record, RecordSchema);
}

export function readPartNote(files: Files, paths: ArchivePaths): PartNote | undefined {
  return readJson(files, paths.partNote, PartNoteSchema);
}

export function writePartNote(files: Files, paths: ArchivePaths, note: PartNote): void {
  files.writeFile(paths.partNote, encodeUtf8(prettyJson(note)));
}

/** Records that the archive was verified now. */
export function writeRecord(platform: Platform, paths: ArchivePaths, origin: string): void {
  const record: ArchiveRecord = { origin, verifiedAt: formatTimestamp(platform.clock.nowMicroseconds()) };
  writeFileAtomic(platform.files, paths.record, prettyJson(record));
}

/** The result of comparing a file with its pin. */
export type Check =
  | { readonly outcome: "good" }
  | { readonly outcome: "missing" }
  | { readonly outcome: "damaged"; readonly reason: string };

/** Compares size and sha256 of the file at `path` with the pin. */
export function checkFile(platform: Platform, path: string, archive: Archive): Check {
  const status = platform.files.statusFollowed(path);
  if (status === undefined) return { outcome: "missing" };
  if (status.kind !== "file") return { outcome: "damaged", reason: `it is a ${status.kind}` };
  if (status.size !== archive.size) return { outcome: "damaged", reason: sizeReason(status.size, archive) };
  const sha256 = sha256File(platform, path);
  return sha256 === archive.sha256
    ? { outcome: "good" }
    : { outcome: "damaged", reason: digestReason(sha256, archive) };
}

export function sizeReason(found: number, archive: Archive): string {
  return `it has ${found} bytes instead of the pinned ${archive.size}`;
}

export function digestReason(found: string, archive: Archive): string {
  return `its sha256 is ${found} instead of the pinned ${archive.sha256}`;
}

/**
 * Whether the cache holds the verified archive; it is hashed if it has changed since it was last verified.
 */
export function isKept(platform: Platform, cache: string, archive: Archive): boolean {
  const { file: path, fingerprints } = archivePaths(cache, archive);
  if (platform.files.statusFollowed(path)?.size !== archive.size) return false;
  return fileDamage(platform, { path, fingerprints, sha256: archive.sha256 }) === undefined;
}

/**
 * The path of a verified archive in the cache.
 *
 * @throws Bq2Error `archive-missing` or `archive-damaged`; fetching repairs both.
 */
export function verifiedArchive(platform: Platform, cache: string, archive: Archive): string {
  const { file } = archivePaths(cache, archive);
  if (isKept(platform, cache, archive)) return file;
  const check = checkFile(platform, file, archive);
  switch (check.outcome) {
    case "good":
      return file;
    case "missing":
      throw new Bq2Error(`Cannot use ${archive.file}: it is not at ${file}`, {
        code: "archive-missing",
        hint: "run `bq2 sources fetch`",
      });
    case "damaged":
      throw new Bq2Error(`Cannot use ${file}: ${check.reason}`, {
        code: "archive-damaged",
        hint: "run `bq2 sources fetch` to fetch it again",
      });
  }
}

/** A file's bytes, in order. A chunk is valid until the next one is requested. */
export function* fileChunks(files: Files, path: string): Generator<Uint8Array> {
  const fd = files.open(path, "read");
  try {
    yield* chunksOf(files, fd);
  } finally {
    files.close(fd);
  }
}

/** Gives a verified part file its final name, so that it survives a power cut. */
export function keepPart(files: Files, paths: ArchivePaths): void {
  files.rename(paths.part, paths.file);
  syncFolder(files, paths.folder);
  removeIfThere(files, paths.partNote);
}

export function removeIfThere(files: Files, path: string): void {
  if (files.status(path) !== undefined) files.removeFile(path);
}
