/**
 * Archives kept by digest, shared by every checkout of this user:
 *
 * ```
 * <cache>/archives/<sha256>/<file>            verified bytes; only whole, checked files get this name
 *                           <file>.part       what has arrived so far; a later run goes on from there
 *                           <file>.part.json  which address it is from, and that address's ETag
 *                           <file>.json       where the archive came from, when it was last verified
 *                           <file>.fingerprints.json   saves hashing it where nothing has changed
 *                           lock              held while a process fetches
 * ```
 *
 * Looked at again on every use: hashed where the file has changed since it was last hashed.
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
 * The folder of everything that is worth keeping across checkouts: `BQ2_CACHE`, else `bq2` in the
 * XDG cache folder (XDG Base Directory Specification: relative values are to be ignored).
 *
 * @throws Bq2Error `no-cache-folder` where the environment names none.
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

/** An error as it is, or, where the cache may not be written, with what to do about that. */
export function withCacheHint(error: unknown): unknown {
  const isForbidden = ["EACCES", "EPERM", "EROFS"].includes(errorCode(error) ?? "");
  if (!isForbidden || !(error instanceof SystemError)) return error;
  const hint = "set BQ2_CACHE to a folder that you may write, or give yourself that right";
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
/** The address that a part file is from. */
export type PartNote = v.InferOutput<typeof PartNoteSchema>;

/** `undefined` where there is none or it is damaged: it informs, nothing depends on it. */
export function readRecord(files: Files, paths: ArchivePaths): ArchiveRecord | undefined {
  return readJson(files, paths.record, RecordSchema);
}

export function readPartNote(files: Files, paths: ArchivePaths): PartNote | undefined {
  return readJson(files, paths.partNote, PartNoteSchema);
}

export function writePartNote(files: Files, paths: ArchivePaths, note: PartNote): void {
  files.writeFile(paths.partNote, encodeUtf8(prettyJson(note)));
}

/** Notes that the archive was found good now. */
export function writeRecord(platform: Platform, paths: ArchivePaths, origin: string): void {
  const record: ArchiveRecord = { origin, verifiedAt: formatTimestamp(platform.clock.nowMicroseconds()) };
  writeFileAtomic(platform.files, paths.record, prettyJson(record));
}

/** What a look at a file that should be an archive found. */
export type Check =
  | { readonly outcome: "good" }
  | { readonly outcome: "missing" }
  | { readonly outcome: "damaged"; readonly reason: string };

/** Size and sha256 of the file at `path` against the pin. */
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
  return `it has ${found} bytes, pinned are ${archive.size}`;
}

export function digestReason(found: string, archive: Archive): string {
  return `its sha256 is ${found}, pinned is ${archive.sha256}`;
}

/** Whether the archive is kept and good; hashed where it has changed since it was last found good. */
export function isKept(platform: Platform, cache: string, archive: Archive): boolean {
  const { file: path, fingerprints } = archivePaths(cache, archive);
  if (platform.files.statusFollowed(path)?.size !== archive.size) return false;
  return fileDamage(platform, { path, fingerprints, sha256: archive.sha256 }) === undefined;
}

/**
 * The path of an archive that is kept and good.
 *
 * @throws Bq2Error `archive-missing` or `archive-damaged`; fetching again repairs both.
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
        hint: "run `bq2 sources fetch`, which fetches it again",
      });
  }
}

/** A file's bytes in order. A chunk is valid until the next one is asked for. */
export function* fileChunks(files: Files, path: string): Generator<Uint8Array> {
  const fd = files.open(path, "read");
  try {
    yield* chunksOf(files, fd);
  } finally {
    files.close(fd);
  }
}

/** Gives a finished, verified part file its final name, so that it is there after a power cut too. */
export function keepPart(files: Files, paths: ArchivePaths): void {
  files.rename(paths.part, paths.file);
  syncFolder(files, paths.folder);
  removeIfThere(files, paths.partNote);
}

export function removeIfThere(files: Files, path: string): void {
  if (files.status(path) !== undefined) files.removeFile(path);
}
