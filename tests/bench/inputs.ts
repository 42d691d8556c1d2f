/**
 * Inputs of the benchmarks: the kernel's archive, and a folder of 1 GB in 50,000 files, the same bytes on
 * every machine. Its sizes and contents resemble a root filesystem's: many small texts, some large binaries,
 * symbolic and hard links.
 */
import {
  linkSync,
  lutimesSync,
  mkdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { linuxSource } from "../../pkgs/linux/source.ts";
import type { Archive } from "../../src/plan/source.ts";
import { nodeFetcher } from "../../src/platform/node/fetch.ts";
import { nodePlatform } from "../../src/platform/node/platform.ts";
import { archivePaths } from "../../src/sources/cache.ts";
import { fetchArchives } from "../../src/sources/fetch.ts";

const FILE_COUNT = 50_000;
const FILES_A_FOLDER = 100;
const TOTAL_BYTES = 1e9;
const MTIME = 1_700_000_000;
const SEED = 1;

/** Pseudo-random numbers from 0 (included) to 1 (excluded), the same every time: mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** As compressible as program text: a few hundred words, some more frequent than others. */
function textPool(size: number, random: () => number): Buffer {
  const letter = (): string => String.fromCharCode(97 + Math.floor(random() * 26));
  const words = Array.from({ length: 400 }, () =>
    Array.from({ length: 2 + Math.floor(random() * 8) }, letter).join(""),
  );
  let text = "";
  while (text.length < size)
    text += `${words[Math.floor(random() ** 3 * words.length)]}${random() < 0.1 ? "\n" : " "}`;
  return Buffer.from(text.slice(0, size));
}

/** As compressible as machine code: half of the bytes out of sixteen values. */
function binaryPool(size: number, random: () => number): Buffer {
  const pool = Buffer.alloc(size);
  for (let i = 0; i < size; i++)
    pool[i] = random() < 0.5 ? Math.floor(random() * 16) : Math.floor(random() * 256);
  return pool;
}

/** Sizes that add up to {@link TOTAL_BYTES}: spread over four powers of ten, as on a real disk. */
function fileSizes(random: () => number): number[] {
  const weights = Array.from({ length: FILE_COUNT }, () => 10 ** (random() * 4));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => Math.floor((weight * TOTAL_BYTES) / sum));
}

/** Makes the tree at `folder`, unless it is complete from an earlier run. */
export function makeTree(folder: string): void {
  const marker = `${folder}.complete`;
  if (statSync(marker, { throwIfNoEntry: false }) !== undefined) return;
  rmSync(folder, { recursive: true, force: true });
  const random = generator(SEED);
  const POOL_SIZE = 16 << 20; // far above deflate's window, so that files do not repeat each other within it
  const pools = [textPool(POOL_SIZE, random), binaryPool(POOL_SIZE, random)];
  for (const [index, size] of fileSizes(random).entries()) {
    const subfolder = join(folder, `folder-${Math.floor(index / FILES_A_FOLDER)}`);
    mkdirSync(subfolder, { recursive: true });
    const pool = pools[random() < 0.6 ? 0 : 1] ?? Buffer.alloc(POOL_SIZE);
    const start = Math.floor(random() * (POOL_SIZE - size));
    writeTimed(join(subfolder, `file-${index}`), pool.subarray(start, start + size));
    if (index % 50 === 0) linkSync(join(subfolder, `file-${index}`), join(subfolder, `hardlink-${index}`));
    if (index % 25 === 0) symlinkTimed(`file-${index}`, join(subfolder, `symlink-${index}`));
  }
  writeFileSync(marker, "");
}

function writeTimed(path: string, content: Uint8Array): void {
  writeFileSync(path, content);
  utimesSync(path, MTIME, MTIME);
}

function symlinkTimed(target: string, path: string): void {
  symlinkSync(target, path);
  lutimesSync(path, MTIME, MTIME);
}

/** The kernel's pinned archive. */
export function linuxArchive(): Archive {
  const [archive] = linuxSource.archives;
  if (archive === undefined) throw new Error("Cannot find the kernel's archive: its pin has none");
  return archive;
}

/** Where {@link fetchLinux} keeps it. */
export function linuxPath(cache: string): string {
  return archivePaths(cache, linuxArchive()).file;
}

/** Fetches the kernel's archive into `cache`, unless the cache has it. */
export async function fetchLinux(cache: string, mirror: string | undefined): Promise<void> {
  const platform = nodePlatform();
  const fetcher = nodeFetcher({ env: platform.host.env });
  await fetchArchives([linuxArchive()], { platform, fetcher, cache, mirror });
  await fetcher.close();
}
