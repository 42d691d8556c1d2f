/** Disks in sparse files, written by our writers, for outside tools to judge. For oracle tests. */
import { execFileSync } from "node:child_process";
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sink } from "../src/formats/sink.ts";
import { nodePlatform } from "../src/platform/node/platform.ts";
import { FileSink } from "../src/trees/file-sink.ts";

export const MIB = 2 ** 20;
export const GIB = 2 ** 30;

/** Runs `body` with an empty folder, which is gone afterwards. */
export async function withFolder<T>(body: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "bq2-test-"));
  try {
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A new file at `path`, filled by `write` and extended to `size`, or to what `write` gives. */
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

/** What a tool prints on standard output; throws with all that it said where it fails. */
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
