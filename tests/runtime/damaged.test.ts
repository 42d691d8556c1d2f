/** A `bq2` that is not whole says so and ends with code 2, whatever byte of its program is wrong. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";

const TRAILER_SIZE = 24; // native/program.c
const FLIPS = 40;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bq2-damaged-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const whole = readFileSync(inject("built").bq2);
const trailerAt = whole.length - TRAILER_SIZE;
const programAt = trailerAt - Number(whole.readBigUInt64LE(trailerAt));

/** The runtime starts, and refuses its program. */
function expectRefusal(content: Buffer, why: string): void {
  const file = join(folder, "bq2");
  writeFileSync(file, content, { mode: 0o755 });
  const { status, signal, stderr, stdout } = spawnSync(file, ["--help"], { encoding: "utf8" });
  expect({ status, signal, stdout }, `${why}\n${stderr}`).toEqual({ status: 2, signal: null, stdout: "" });
  expect(stderr).toMatch(/^bq2: Cannot start: .* is damaged \(.*\) \(hint: install it again\)\n$/);
}

function withByte(at: number): Buffer {
  const copy = Buffer.from(whole);
  copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8));
  return copy;
}

test("a byte of the head, of a record, or of the trailer", () => {
  for (let i = 0; i < 16; i++) expectRefusal(withByte(programAt + i), `head, byte ${i}`);
  for (let i = 0; i < TRAILER_SIZE; i++) expectRefusal(withByte(trailerAt + i), `trailer, byte ${i}`);
});

test("bytes all over the program", () => {
  const step = Math.floor((trailerAt - programAt) / FLIPS);
  for (let i = 0; i < FLIPS; i++) expectRefusal(withByte(programAt + i * step + (i % 7)), `flip ${i}`);
});

test("a file that was cut short", () => {
  for (const size of [
    programAt + 1,
    programAt + 100,
    trailerAt - 1,
    trailerAt,
    trailerAt + 10,
    whole.length - 1,
  ])
    expectRefusal(whole.subarray(0, size), `${size} bytes`);
});

test("lengths that cannot be", () => {
  for (const length of [0n, 1n, BigInt(programAt) * 2n, 2n ** 63n, 2n ** 64n - 1n]) {
    const copy = Buffer.from(whole);
    copy.writeBigUInt64LE(length, trailerAt);
    expectRefusal(copy, `program of ${length} bytes`);
  }
});
