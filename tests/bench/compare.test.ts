import { expect, test } from "vitest";
import { type Comparison, meetsAims, ratiosOf, spreadOf } from "./compare.ts";
import { measure } from "./measure.ts";
import type { Row } from "./rows.ts";
import { comparisonRow, withMeasured } from "./table.ts";

const ROW: Row = {
  name: "work",
  against: "tool",
  maxRatio: 1,
  maxPeakMiB: 100,
  inputs: [],
  setup: [],
  ours: [],
  theirs: [],
};

function cost(wallSeconds: number, peakMiB = 50) {
  return { wallSeconds, cpuSeconds: wallSeconds, peakMiB };
}

const THREE_PAIRS: Comparison = {
  row: ROW,
  ours: [cost(1), cost(2), cost(9)],
  theirs: [cost(2), cost(4), cost(3)],
};

test("the median, least and greatest of an odd and an even number of values", () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
  expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, least: 1, most: 4 });
});

test("ratios are taken within pairs", () => {
  expect(ratiosOf(THREE_PAIRS)).toEqual([0.5, 0.5, 3]);
});

test("aims are judged by the median ratio and the highest peak", () => {
  expect(meetsAims(THREE_PAIRS)).toBe(true);
  expect(meetsAims({ ...THREE_PAIRS, ours: [cost(3), cost(5), cost(1)] })).toBe(false);
  expect(meetsAims({ ...THREE_PAIRS, ours: [cost(1), cost(2), cost(9, 101)] })).toBe(false);
});

test("a row of the table shows times, ratio, peaks and aims", () => {
  expect(comparisonRow(THREE_PAIRS)).toBe(
    "| work | tool | 2.00 s | 3.00 s | **0.50** (0.50 to 3.00) | ≤ 1.0 | 50 MiB | 50 MiB | ≤ 100 MiB | yes |",
  );
});

test("a command's time, processor time and memory are measured apart from earlier ones", async () => {
  const idle = await measure([["sleep", "0.2"]]);
  expect(idle.wallSeconds).toBeGreaterThan(0.2);
  expect(idle.cpuSeconds).toBeLessThan(0.1);
  const filled = await measure([[process.execPath, "-e", "Buffer.alloc(200 << 20, 1)"]]);
  expect(filled.peakMiB).toBeGreaterThan(200);
});

test("a command that fails is an error with its output", async () => {
  await expect(measure([["ls", "/nonexistent"]])).rejects.toThrow(
    /ls \/nonexistent ended with 2:.*No such file/s,
  );
});

test("new tables replace the old ones, and the text around them stays", () => {
  const marks = ["<!-- measured: written by npm run bench -->", "<!-- measured: end -->"];
  const document = `before\n${marks[0]}\n\nold\n\n${marks[1]}\nafter\n`;
  expect(withMeasured(document, "new\n")).toBe(`before\n${marks[0]}\n\nnew\n\n${marks[1]}\nafter\n`);
  expect(() => withMeasured("no marks", "new\n")).toThrow(/lacks the lines/);
});
