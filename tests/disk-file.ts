/** Disks in sparse files that our writers write and outside tools judge, for oracle tests. */
import { execFileSync } from "node:child_process";
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sink } from "../src/formats/sink.ts";
import { nodePlatform } from "../src/platform/node/platform.ts";
import { FileSink } from "../src/trees/file-sink.ts";

export const MIB = 2 ** 20;
export const GIB = 2 ** 30;

/** Runs `body` with an empty folder, and removes the folder afterwards. */
export async function withFolder<T>(body: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "bq2-test-"));
  try {
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Makes a file at `path`: `write` fills it, and it is extended to `size` or to the size that `write` returns.
 */
export async function makeDisk(
  path: string,
  size: number | undefined,
  write: (sink: Sink) => unknown,
): Promise<void> {
  const fd = openSync(path, "w+");
  try {
    const sink = new FileSink(nodePlatform().files, fd);
    const written = await write(sink);
    sink.flush();
    ftruncateSync(fd, size ?? Number(written));
  } finally {
    closeSync(fd);
  }
}

/** A tool's standard output. Throws with all its messages if it fails. */
export function run(...argv: readonly [string, ...string[]]): string {
  const [program, ...args] = argv;
  return execFileSync(program, args, {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Bytes that look random but are always the same (xorshift32, Marsaglia 2003). */
export function noise(length: number, seed: number): Uint8Array {
  const out = new Uint8Array(length);
  let state = seed || 1;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    out[i] = state;
  }
  return out;
}
