/**
 * One archive from one address into its part file: resumed where it stopped (Range, RFC 9110, 14.2),
 * held to its size and sha256. Tries once; `fetch.ts` decides about trying again.
 *
 * A part may be resumed from another address than it began at: all hold the same bytes, and the
 * sha256 of the whole tells if one did not. Then the part is dropped, and the next try starts anew.
 */

import { Bq2Error } from "../base/error.ts";
import { decodeUtf8 } from "../base/text.ts";
import type { Archive } from "../plan/source.ts";
import type { FetchAnswer, Fetcher, FetchFailure, Files, Hasher, Platform } from "../platform/platform.ts";
import { FetchError } from "../platform/platform.ts";
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
  /** Told after each part of the body: bytes that are there now. May throw to stop. */
  readonly onReceived: (received: number) => void;
}

/** After it returns, the part file holds the archive's bytes, verified and on the disk. @throws OriginFailure */
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
      // A weak ETag does not promise equal bytes, so it may not be used to resume (RFC 9110, 13.1.5).
      writePartNote(files, job.paths, found?.startsWith('"') ? { url, etag: found } : { url });
    }
    await receive(job, answer.body, start);
  } finally {
    answer.cancel();
  }
}

/** Copies a file of the host into the part file, under the same checks. @throws OriginFailure */
export async function copyIn(job: Job, path: string): Promise<void> {
  await receive(job, fileChunks(job.platform.files, path), 0);
}

/** Bytes of the part file, 0 where it is missing or cannot be a beginning of this archive. */
function resumableBytes({ platform, archive, paths }: Job): number {
  const status = platform.files.status(paths.part);
  if (status === undefined) return 0;
  // A part of full size is no use either: it would have been verified and kept.
  if (status.kind === "file" && status.size < archive.size) return status.size;
  platform.files.removeFile(paths.part);
  return 0;
}

/** Offset at which the body starts; throws where the status is no success. */
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
      `has no bytes after ${have}, pinned are ${archive.size}`,
      dropPart(platform.files, paths),
    );
  }
  const transient = status >= 500 || status === 408 || status === 429; // RFC 9110, 15.5.9; RFC 6585, 4
  throw new OriginFailure(`HTTP ${status}`, transient);
}

/** Removes what arrived; true where there was any, so that another try is a different try. */
function dropPart(files: Files, paths: ArchivePaths): boolean {
  const wasThere = files.status(paths.part) !== undefined;
  removeIfThere(files, paths.part);
  removeIfThere(files, paths.partNote);
  return wasThere;
}

/** Refuses a body of a wrong size before it is read. */
function checkLength({ platform, archive, paths }: Job, answer: FetchAnswer, start: number): void {
  const stated = answer.header("content-length");
  if (stated === undefined || !/^\d+$/.test(stated)) return;
  const whole = start + Number(stated);
  if (whole === archive.size) return;
  if (start > 0) throw new OriginFailure(sizeReason(whole, archive), dropPart(platform.files, paths));
  throw new OriginFailure(isHtml(answer) ? htmlReason(archive) : sizeReason(whole, archive), false);
}

/** Writes `body` from `start` on and verifies the whole. */
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
          `goes on after ${archive.size} bytes, where the pinned archive ends`,
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

/** Of the fetcher's failures, those that do not pass by themselves. */
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
