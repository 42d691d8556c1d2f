import { assert, test } from "../../base/testing.ts";
import { extentCount, treeBlockCount } from "./extents.ts";

test("trees grow a level at 4, 4 × 340 and 4 × 340 × 340 extents", () => {
  const expected: readonly [extents: number, blocks: number][] = [
    [0, 0],
    [4, 0],
    [5, 1],
    [340, 1],
    [341, 2],
    [1360, 4],
    [1361, 5 + 1],
    [4 * 340 * 340 + 1, 1361 + 5 + 1],
  ];
  for (const [extents, blocks] of expected)
    assert.equal(treeBlockCount(extents), blocks, `${extents} extents`);
});

test("an extent holds at most 32768 blocks", () => {
  assert.equal(
    extentCount([
      { logical: 0, count: 32768 },
      { logical: 40000, count: 32769 },
    ]),
    3,
  );
});
