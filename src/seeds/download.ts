/** Downloads a seed's file that no pin describes: `--seed-sha256` or a file beside it states its digest. */
import { Bq2Error } from "../base/error.ts";
import { basename } from "../base/path.ts";
import { decodeUtf8 } from "../base/text.ts";
import type { Archive } from "../plan/source.ts";
import { collectBody } from "../platform/fetch-limits.ts";
import { type FetchAnswer, FetchError, isSecureAddress } from "../platform/network.ts";
import { archivePaths } from "../sources/cache.ts";
import { fetchArchives } from "../sources/fetch.ts";
import { findInMirror } from "../sources/mirror.ts";
import type { SeedRequest } from "./resolved-seed.ts";

/**
 * The file as an archive. Its sha256 is the given one, or else that of `<url>.sha256`, by TLS only.
 *
 * @throws Bq2Error `offline`, `fetch-failed`.
 */
export async function describeDownload(request: SeedRequest, url: string): Promise<Archive> {
  const sha256 = request.sha256 ?? (await digestBeside(request, url));
  const origin = { kind: "url" as const, url };
  const named = { file: basename(url), sha256, size: 0, origins: [origin] };
  return { ...named, size: knownSize(request, named) ?? (await statedSize(request, url)) };
}

/** Fetches the archive if the cache lacks it; returns the path of the verified file. */
export async function download(request: SeedRequest, archive: Archive): Promise<string> {
  const [fetched] = await fetchArchives([archive], request);
  if (fetched === undefined) throw new RangeError("fetchArchives returned no archive");
  return fetched.path;
}

/**
 * The body at `url`, of at most `most` bytes, trusted only because the connection is secure.
 *
 * @throws Bq2Error `not-secure` if somebody on the way could have changed it; `offline`, `fetch-failed`.
 */
export async function downloadTrusted(
  request: SeedRequest,
  url: string,
  { most, hint }: { readonly most: number; readonly hint: string },
): Promise<Uint8Array> {
  if (!isSecureAddress(url)) throw notSecure(url, "by HTTP", hint);
  const answer = await get(request, url);
  if (answer.isSecure) return collect(answer, url, most);
  answer.cancel();
  throw notSecure(url, "through a redirect to an address without TLS", hint);
}

function notSecure(url: string, how: string, hint: string): Bq2Error {
  return new Bq2Error(`Cannot trust ${url}: it comes ${how}, so anyone on the way can change it`, {
    code: "not-secure",
    hint,
  });
}

/** The body at `url`, which the caller checks against a checksum. */
export async function downloadBytes(request: SeedRequest, url: string, most: number): Promise<Uint8Array> {
  return collect(await get(request, url), url, most);
}

async function collect(answer: FetchAnswer, url: string, most: number): Promise<Uint8Array> {
  try {
    return await collectBody(answer.body, url, most);
  } catch (error) {
    throw error instanceof FetchError ? failed(url, error.message) : error;
  } finally {
    answer.cancel();
  }
}

/** A line of sha256sum(1) and, from some servers, a comment or a signature. */
const MOST_DIGEST_BYTES = 64 * 1024;

async function digestBeside(request: SeedRequest, url: string): Promise<string> {
  const hint = "give the digest with --seed-sha256, from a source that you trust, or an https address";
  const text = decodeUtf8(await downloadTrusted(request, `${url}.sha256`, { most: MOST_DIGEST_BYTES, hint }));
  const digest = /^([0-9a-f]{64})\b/.exec(text)?.[1];
  if (digest !== undefined) {
    request.onProgress?.(
      `${basename(url)} must have sha256 ${digest}, stated only by ${url}.sha256 (--seed-sha256 replaces it)`,
    );
    return digest;
  }
  throw new Bq2Error(`Cannot use ${url}: there is no sha256 in ${url}.sha256`, {
    code: "fetch-failed",
    hint: "give the digest with --seed-sha256",
  });
}

function knownSize({ platform, cache, mirror }: SeedRequest, archive: Archive): number | undefined {
  const copy = mirror === undefined ? undefined : findInMirror(platform.files, mirror, archive);
  return [archivePaths(cache, archive).file, copy]
    .map((path) => (path === undefined ? undefined : platform.files.statusFollowed(path)?.size))
    .find((size) => size !== undefined);
}

async function statedSize(request: SeedRequest, url: string): Promise<number> {
  const answer = await get(request, url);
  answer.cancel();
  const size = Number(answer.header("content-length") ?? Number.NaN);
  if (Number.isSafeInteger(size)) return size;
  throw failed(url, "the server states no content-length");
}

async function get({ fetcher, offline }: SeedRequest, url: string) {
  if (offline)
    throw new Bq2Error(`Cannot fetch ${url} offline`, {
      code: "offline",
      hint: "run once with a network; with --seed-sha256, a copy in the cache or in --mirror is found",
    });
  const answer = await fetcher.get(url, {}).catch((error: unknown) => {
    throw error instanceof FetchError ? failed(url, error.message) : error;
  });
  if (answer.status === 200) return answer;
  answer.cancel();
  throw failed(url, `HTTP ${answer.status}`);
}

function failed(url: string, why: string): Bq2Error {
  return new Bq2Error(`Cannot fetch ${url}: ${why}`, {
    code: "fetch-failed",
    hint: "check the address, the network and the proxy variables; run the same command again",
  });
}
