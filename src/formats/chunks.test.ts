import { assert, test } from "../base/testing.ts";
import { dataChunks } from "./chunks.ts";
import type { Content } from "./tree.ts";

const KIB = 1024;

function content(size: number, ranges: readonly (readonly [offset: number, length: number])[]): Content {
  return {
    size,
    ranges: () => ranges.map(([offset, length]) => ({ offset, length })),
    read: (buffer, start, length, offset) => buffer.fill(Math.floor(offset / KIB), start, start + length),
  };
}

function chunksOf(...from: Parameters<typeof content>): [offset: number, length: number, first: number][] {
  return [...dataChunks(content(...from), 64 * KIB)].map(({ bytes, offset }) => [
    offset / KIB,
    bytes.length / KIB,
    bytes[0] ?? -1,
  ]);
}

test("blocks that hold data are read once, holes are not read", () => {
  const ranges = [
    [3 * KIB, KIB],
    [10 * KIB, 60 * KIB], // begins in the first block again
    [200 * KIB, KIB],
  ] as const;
  assert.equal(chunksOf(1000 * KIB, ranges), [
    [0, 64, 0],
    [64, 64, 64],
    [192, 64, 192],
  ]);
});

test("long ranges come in pieces of 1 MiB and stop at the end of the content", () => {
  assert.equal(chunksOf(2148 * KIB, [[0, 2148 * KIB]]), [
    [0, 1024, 0],
    [1024, 1024, 0],
    [2048, 100, 0],
  ]);
  assert.equal(chunksOf(0, []), []);
});
