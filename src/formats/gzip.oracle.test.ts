/** gzip judges what we write; the bytes must not depend on how they are written. */
import { execFileSync, spawnSync } from "node:child_process";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { requireTools } from "../../tests/oracle.ts";
import { concatBytes } from "../base/bytes.ts";
import { nodePlatform } from "../platform/node/platform.ts";
import { GzipWriter } from "./gzip.ts";

const BLOCK = 512 * 1024;
const SIZES = [0, 1, 1000, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 5 * BLOCK + 77];

async function gzipOf(
  bytes: Uint8Array,
  level: number,
  parallel: number,
  writeSize: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const writer = new GzipWriter(nodePlatform().bulk, (chunk) => void chunks.push(chunk), { level, parallel });
  for (let at = 0; at < bytes.length; at += writeSize) await writer.write(bytes.subarray(at, at + writeSize));
  await writer.end();
  return concatBytes(chunks);
}

/** Half noise, half text, from a fixed generator. */
function sample(size: number): Uint8Array {
  let state = 1;
  return new Uint8Array(size).map((_, i) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return i % 8192 < 4096 ? state >>> 24 : 97 + ((i >>> 3) % 26);
  });
}

test.skipIf(!requireTools("gzip")).each(SIZES)("gzip restores %i bytes", async (size) => {
  const bytes = sample(size);
  const compressed = await gzipOf(bytes, 6, 3, 100_000);
  const run = spawnSync("gzip", ["-tv"], { input: compressed });
  expect(run.status, String(run.stderr)).toBe(0);
  const options = { input: compressed, maxBuffer: 2 ** 30 };
  expect(execFileSync("gzip", ["-dc"], options).equals(bytes)).toBe(true);
  expect(gunzipSync(compressed).equals(bytes)).toBe(true);
});

test("the bytes depend neither on the number of parallel blocks nor on the size of writes", async () => {
  const bytes = sample(4 * BLOCK + 5);
  const reference = await gzipOf(bytes, 9, 1, bytes.length);
  for (const [parallel, writeSize] of [
    [1, 4096],
    [2, 1_000_000],
    [16, 777_777],
  ] as const) {
    expect(Buffer.from(reference).equals(await gzipOf(bytes, 9, parallel, writeSize))).toBe(true);
  }
  expect(Array.from(reference.subarray(0, 10))).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]);
});
