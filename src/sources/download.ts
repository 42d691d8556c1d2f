/**
 * Downloads one archive from one address into its part file. A download resumes where it stopped
 * (Range, RFC 9110, 14.2) and is checked against the archive's size and sha256. There is one try;
 * `fetch.ts` decides whether to retry.
 *
 * A part may be resumed from a different address than it began at: all should hold the same bytes. If
 * the sha256 of the whole is wrong, the part is dropped and the next try starts from nothing.
 */

import { Bq2Error } from "../base/error.ts";
import { decodeUtf8 } from "../base/text.ts";
import type { Archive } from "../plan/source.ts";
import type { FetchAnswer, Fetcher, FetchFailure } from "../platform/network.ts";
import { FetchError } from "../platform/network.ts";
import type { Files, Hasher, Platform } from "../platform/platform.ts";
import {
  type ArchivePaths,
  digestReason,
  fileChunks,
  readPartNote,
  removeIfThere,
  sizeReason,
  writePartNote,
} from "./cache.ts";

/** Why an address did not give the archive. `transient`: worth trying again. */
export class OriginFailure extends Bq2Error {
  readonly transient: boolean;

  constructor(reason: string, transient: boolean, cause?: unknown) {
    super(reason, { code: "origin-failed", cause });
    this.name = "OriginFailure";
    this.transient = transient;
  }
}

export interface Job {
  readonly platform: Platform;
  readonly archive: Archive;
  readonly paths: ArchivePaths;
  /** Called after each chunk of the body with the bytes received so far. May throw to stop. */
  readonly onReceived: (received: number) => void;
}

/** Once this returns, the part file holds the archive's bytes, verified and synced. @throws OriginFailure */
export async function download(job: Job, fetcher: Fetcher, url: string): Promise<void> {
  const { files } = job.platform;
  const have = resumableBytes(job);
  const note = readPartNote(files, job.paths);
  const etag = note?.url === url ? note.etag : undefined;
  const headers: Record<string, string> = {};
  if (have > 0) headers.range = `bytes=${have}-`;
  if (have > 0 && etag !== undefined) headers["if-range"] = etag;

  const answer = await fetcher.get(url, headers).catch(rethrow);
  try {
    const start = startOf(job, answer, have);
    checkLength(job, answer, start);
    if (start === 0) {
      const found = answer.header("etag");
      // A weak ETag does not promise equal bytes, so it cannot be used to resume (RFC 9110, 13.1.5).
      writePartNote(files, job.paths, found?.startsWith('"') ? { url, etag: found } : { url });
    }
    await receive(job, answer.body, start);
  } finally {
    answer.cancel();
  }
}

/** Copies a file of the host into the part file, with the same checks. @throws OriginFailure */
export async function copyIn(job: Job, path: string): Promise<void> {
  await receive(job, fileChunks(job.platform.files, path), 0);
}

/** Size of the part file; 0 if it is missing or cannot be the beginning of this archive. */
function resumableBytes({ platform, archive, paths }: Job): number {
  const status = platform.files.status(paths.part);
  if (status === undefined) return 0;
  // A part of full size has wrong bytes: a good one would already have its final name.
  if (status.kind === "file" && status.size < archive.size) return status.size;
  platform.files.removeFile(paths.part);
  return 0;
}

/** Offset at which the body starts. @throws OriginFailure if the status is not a success. */
function startOf({ platform, archive, paths }: Job, answer: FetchAnswer, have: number): number {
  const { status } = answer;
  if (status === 200) return 0; // nothing to resume, or the server ignores Range, or has another file now
  if (status === 206 && have > 0) {
    const range = /^bytes (\d+)-/.exec(answer.header("content-range") ?? "");
    if (range?.[1] === String(have)) return have;
    throw new OriginFailure(
      `answered with the range "${range?.[0]}" instead of ${have}-`,
      dropPart(platform.files, paths),
    );
  }
  if (status === 416) {
    throw new OriginFailure(
      `has no bytes after the first ${have} of the pinned ${archive.size}`,
      dropPart(platform.files, paths),
    );
  }
  const transient = status >= 500 || status === 408 || status === 429; // RFC 9110, 15.5.9; RFC 6585, 4
  throw new OriginFailure(`HTTP ${status}`, transient);
}

/** Removes the part file; true if there was one, so that a retry can have another result. */
function dropPart(files: Files, paths: ArchivePaths): boolean {
  const wasThere = files.status(paths.part) !== undefined;
  removeIfThere(files, paths.part);
  removeIfThere(files, paths.partNote);
  return wasThere;
}

/** Refuses a body of the wrong size before reading it. */
function checkLength({ platform, archive, paths }: Job, answer: FetchAnswer, start: number): void {
  const stated = answer.header("content-length");
  if (stated === undefined || !/^\d+$/.test(stated)) return;
  const whole = start + Number(stated);
  if (whole === archive.size) return;
  if (start > 0) throw new OriginFailure(sizeReason(whole, archive), dropPart(platform.files, paths));
  throw new OriginFailure(isHtml(answer) ? htmlReason(archive) : sizeReason(whole, archive), false);
}

/** Writes `body` at offset `start` and verifies the whole file. */
async function receive(
  job: Job,
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  start: number,
): Promise<void> {
  const { platform, archive, paths } = job;
  const hasher = platform.bulk.sha256();
  if (start > 0) for (const chunk of fileChunks(platform.files, paths.part)) hasher.update(chunk);
  const fd = platform.files.open(paths.part, start > 0 ? "update" : "write");
  try {
    const received = await writeBody(job, body, start, fd, hasher);
    if (received < archive.size) {
      throw new OriginFailure(`ended after ${received} of ${archive.size} bytes`, true);
    }
    platform.files.fsync(fd);
  } finally {
    platform.files.close(fd);
  }
  const sha256 = hasher.digest();
  if (sha256 === archive.sha256) return;
  dropPart(platform.files, paths);
  throw new OriginFailure(digestReason(sha256, archive), start > 0);
}

async function writeBody(
  { platform, archive, paths, onReceived }: Job,
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  start: number,
  fd: number,
  hasher: Hasher,
): Promise<number> {
  let received = start;
  try {
    for await (const chunk of body) {
      if (received === 0 && looksLikeHtml(chunk)) throw new OriginFailure(htmlReason(archive), false);
      if (received + chunk.length > archive.size) {
        dropPart(platform.files, paths);
        throw new OriginFailure(
          `continues after ${archive.size} bytes, where the pinned archive ends`,
          start > 0,
        );
      }
      platform.files.write(fd, chunk, received);
      hasher.update(chunk);
      received += chunk.length;
      onReceived(received);
    }
  } catch (error) {
    if (error instanceof FetchError) rethrow(error);
    throw error;
  }
  return received;
}

/** Failures of the fetcher that a retry cannot cure. */
const FINAL: readonly FetchFailure[] = ["bad-url", "bad-redirect", "unknown-host"];

function rethrow(error: unknown): never {
  if (!(error instanceof FetchError)) throw error;
  const transient = !FINAL.includes(error.code);
  throw new OriginFailure(error.message, transient, error);
}

function isHtml(answer: FetchAnswer): boolean {
  return /^(text\/html|application\/xhtml\+xml)\b/i.test(answer.header("content-type") ?? "");
}

function looksLikeHtml(chunk: Uint8Array): boolean {
  return /^\s*<(!doctype html|html|head|\?xml)/i.test(
    decodeUtf8(chunk.subarray(0, 256)).replace("\ufeff", ""),
  );
}

function htmlReason(archive: Archive): string {
  return `answered with an HTML page (a login or error page?) instead of ${archive.file}`;
}
