/**
 * Brings archives into the cache: several at a time, each from the first of its origins whose bytes
 * match the pin. The cache is searched first, then a folder of copies (`--mirror`), then the origins.
 *
 * Only temporary failures are retried (a cut connection, silence, HTTP 5xx), not a missing file or
 * wrong bytes. A full disk, or any other failure of this machine, stops everything; what has arrived
 * stays for the next run.
 */
import { Bq2Error, errorCode } from "../base/error.ts";
import type { Archive } from "../plan/source.ts";
import { makeFolders } from "../platform/files.ts";
import type { Fetcher } from "../platform/network.ts";
import type { FileLock, Platform } from "../platform/platform.ts";
import {
  type ArchivePaths,
  archivePaths,
  checkFile,
  keepPart,
  readPartNote,
  removeIfThere,
  withCacheHint,
  writeRecord,
} from "./cache.ts";
import { copyIn, download, type Job, OriginFailure } from "./download.ts";
import { findInMirror } from "./mirror.ts";
import { describeOrigin, type OriginResolver, originResolver } from "./origins.ts";

/** An event in the fetching of one archive, for a progress display and the log. */
export type FetchEvent = { readonly archive: Archive } & (
  | { readonly kind: "cached" }
  /** Another process is fetching it. */
  | { readonly kind: "waiting" }
  | { readonly kind: "progress"; readonly origin: string; readonly received: number; readonly total: number }
  | { readonly kind: "retry"; readonly origin: string; readonly reason: string; readonly seconds: number }
  /** An origin is given up; the next one is tried. */
  | { readonly kind: "refused"; readonly origin: string; readonly reason: string }
  /** The cached file is damaged; it is removed and fetched again. */
  | { readonly kind: "damaged"; readonly path: string; readonly reason: string }
  | { readonly kind: "fetched"; readonly origin: string }
);

export interface FetchOptions {
  readonly platform: Platform;
  readonly fetcher: Fetcher;
  /** The cache folder (`cacheFolder`). */
  readonly cache: string;
  /** A folder of copies, searched before any origin. */
  readonly mirror?: string | undefined;
  /** Use only the cache and the mirror, not the network. */
  readonly offline?: boolean;
  readonly onEvent?: (event: FetchEvent) => void;
  /** How many downloads run at once. */
  readonly parallel?: number;
  /** Seconds to wait before each retry of an address; the first try has no wait. */
  readonly retrySeconds?: readonly number[];
  readonly resolver?: OriginResolver;
}

export interface FetchedArchive {
  readonly archive: Archive;
  /** The verified file in the cache. */
  readonly path: string;
}

const PARALLEL = 4;
const RETRY_SECONDS = [0.5, 2, 5];
/** A try that brings this many new bytes resets the number of retries. */
const PROGRESS_BYTES = 1 << 20;
const LOCK_POLL_SECONDS = 0.2;

/**
 * Fetches what the cache lacks and verifies what it has; paths are in the order of `archives`.
 *
 * @throws Bq2Error `fetch-failed` (or `offline`), which lists every origin tried and why it failed,
 * after all other archives are done; `ENOSPC` as soon as the disk is full.
 */
export async function fetchArchives(
  archives: readonly Archive[],
  options: FetchOptions,
): Promise<readonly FetchedArchive[]> {
  const run = new Run(options);
  const failures: Unfetched[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let archive = archives[next++]; archive !== undefined; archive = archives[next++]) {
      run.checkStopped();
      try {
        await run.one(archive);
      } catch (error) {
        if (!(error instanceof Unfetched)) throw run.stop(error);
        failures.push(error);
      }
    }
  };
  await Promise.allSettled(Array.from({ length: options.parallel ?? PARALLEL }, worker));
  run.checkStopped();
  if (failures.length > 0) throw summary(failures, archives, options);
  return archives.map((archive) => ({ archive, path: archivePaths(options.cache, archive).file }));
}

/** One archive that no origin gave. */
class Unfetched extends Error {
  readonly archive: Archive;
  readonly reasons: readonly string[];

  constructor(archive: Archive, reasons: readonly string[]) {
    super(`no origin gave ${archive.file}`);
    this.archive = archive;
    this.reasons = reasons;
  }
}

/** State of one call: its options, and the failure that stops all workers. */
class Run {
  readonly #options: FetchOptions;
  readonly #resolver: OriginResolver;
  #stopped: { readonly error: unknown } | undefined;

  constructor(options: FetchOptions) {
    this.#options = options;
    this.#resolver = options.resolver ?? originResolver(options.platform);
  }

  stop(error: unknown): unknown {
    this.#stopped ??= { error };
    return error;
  }

  checkStopped(): void {
    if (this.#stopped !== undefined) throw this.#stopped.error;
  }

  async one(archive: Archive): Promise<void> {
    const { platform, cache } = this.#options;
    const paths = archivePaths(cache, archive);
    // Before the lock, so that a read-only cache (another user's, a DVD) works too.
    if (checkFile(platform, paths.file, archive).outcome === "good")
      return this.#emit({ kind: "cached", archive });
    let lock: FileLock | undefined;
    try {
      makeFolders(platform.files, paths.folder);
      lock = await this.#lock(archive, paths);
      if (this.#kept(archive, paths)) return this.#emit({ kind: "cached", archive });
      const origin = await this.#obtain(archive, paths);
      keepPart(platform.files, paths);
      writeRecord(platform, paths, origin);
      this.#emit({ kind: "fetched", archive, origin });
    } catch (error) {
      throw explained(error, archive, paths, platform);
    } finally {
      lock?.release();
    }
  }

  #emit(event: FetchEvent): void {
    this.#options.onEvent?.(event);
  }

  async #lock(archive: Archive, paths: ArchivePaths): Promise<FileLock> {
    const { platform } = this.#options;
    for (let waited = false; ; waited = true) {
      const lock = platform.files.tryLock(paths.lock);
      if (lock !== undefined) return lock;
      if (!waited) this.#emit({ kind: "waiting", archive });
      await platform.clock.sleep(LOCK_POLL_SECONDS);
      this.checkStopped();
    }
  }

  /** Whether the cache holds good bytes; a damaged file is removed. */
  #kept(archive: Archive, paths: ArchivePaths): boolean {
    const { platform } = this.#options;
    const check = checkFile(platform, paths.file, archive);
    if (check.outcome === "good") return true;
    if (check.outcome === "damaged") {
      this.#emit({ kind: "damaged", archive, path: paths.file, reason: check.reason });
      removeIfThere(platform.files, paths.file);
    }
    return false;
  }

  /** Fills the part file with verified bytes and returns the address or path that they came from. */
  async #obtain(archive: Archive, paths: ArchivePaths): Promise<string> {
    const { platform, fetcher, mirror, offline = false } = this.#options;
    const here = this.#already(archive, paths);
    if (here !== undefined) return here;
    const reasons: string[] = [];
    const attempt = async (origin: string, body: (job: Job) => Promise<void>): Promise<boolean> => {
      const reason = await this.#persist(archive, paths, origin, body);
      if (reason === undefined) return true;
      reasons.push(`${origin}: ${reason}`);
      this.#emit({ kind: "refused", archive, origin, reason });
      return false;
    };
    if (mirror !== undefined) {
      const copy = findInMirror(platform.files, mirror, archive);
      if (copy === undefined) reasons.push(`${mirror}: has no ${archive.file}`);
      else if (await attempt(copy, (job) => copyIn(job, copy))) return copy;
    }
    for (const origin of offline ? [] : archive.origins) {
      for (const url of await this.#addresses(origin, reasons)) {
        if (await attempt(url, (job) => download(job, fetcher, url))) return url;
      }
    }
    throw new Unfetched(archive, reasons);
  }

  /**
   * The archive's folder may hold the bytes under another name: as a whole part, or under a pin's earlier
   * name.
   */
  #already(archive: Archive, paths: ArchivePaths): string | undefined {
    const { platform } = this.#options;
    const { files } = platform;
    // A run that ended between the last byte and the final name, such as by a power cut.
    if (checkFile(platform, paths.part, archive).outcome === "good") {
      return readPartNote(files, paths)?.url ?? paths.part;
    }
    const others = files.list(paths.folder).map((name) => `${paths.folder}/${name}`);
    const same = others.find((path) => checkFile(platform, path, archive).outcome === "good");
    if (same === undefined) return undefined;
    removeIfThere(files, paths.part);
    files.link(same, paths.part);
    return same;
  }

  async #addresses(origin: Archive["origins"][number], reasons: string[]): Promise<readonly string[]> {
    try {
      return await this.#resolver.addressesOf(origin);
    } catch (error) {
      if (!(error instanceof Bq2Error)) throw error;
      reasons.push(
        `${describeOrigin(origin)}: ${error.message}${error.hint === undefined ? "" : ` (${error.hint})`}`,
      );
      return [];
    }
  }

  /** Tries one origin until it succeeds (`undefined`) or is given up (the reason). */
  async #persist(
    archive: Archive,
    paths: ArchivePaths,
    origin: string,
    body: (job: Job) => Promise<void>,
  ): Promise<string | undefined> {
    const { platform, retrySeconds = RETRY_SECONDS } = this.#options;
    let best = platform.files.status(paths.part)?.size ?? 0;
    let received = 0;
    const onReceived = (bytes: number): void => {
      this.checkStopped();
      received = bytes;
      this.#emit({ kind: "progress", archive, origin, received, total: archive.size });
    };
    for (let tries = 0; ; tries++) {
      try {
        await body({ platform, archive, paths, onReceived });
        return undefined;
      } catch (error) {
        if (!(error instanceof OriginFailure)) throw error;
        if (received >= best + PROGRESS_BYTES) {
          best = received;
          tries = 0;
        }
        const seconds = retrySeconds[tries];
        if (!error.transient || seconds === undefined) return error.message;
        this.#emit({ kind: "retry", archive, origin, reason: error.message, seconds });
        await platform.clock.sleep(seconds);
        this.checkStopped();
      }
    }
  }
}

/** Says for a full disk which archive needs how much, and adds a hint if the cache cannot be written. */
function explained(error: unknown, archive: Archive, paths: ArchivePaths, platform: Platform): unknown {
  const code = errorCode(error);
  if (code !== "ENOSPC" && code !== "EDQUOT") return withCacheHint(error);
  const have = platform.files.status(paths.part)?.size ?? 0;
  return new Bq2Error(
    `Cannot keep ${archive.file}: no space left in ${paths.folder}, ${archive.size - have} of ${archive.size} bytes are missing`,
    {
      code,
      hint: "free some space there or set BQ2_CACHE; the next run continues from what has arrived",
      cause: error,
    },
  );
}

function summary(
  failures: readonly Unfetched[],
  archives: readonly Archive[],
  options: FetchOptions,
): Bq2Error {
  const offline = options.offline ?? false;
  const lines = failures.flatMap(({ archive, reasons }) => [
    `  ${archive.file} (sha256 ${archive.sha256})`,
    ...(reasons.length === 0 ? ["    not in the cache"] : reasons.map((reason) => `    ${reason}`)),
  ]);
  const head = `Cannot fetch ${failures.length} of ${archives.length} archives${offline ? " offline" : ""}:`;
  return new Bq2Error([head, ...lines].join("\n"), {
    code: offline ? "offline" : "fetch-failed",
    hint: offline
      ? "run `bq2 sources fetch` once with a network, or name a folder of copies with --mirror"
      : "check the network and the proxy variables, or name a folder of copies with --mirror",
  });
}
