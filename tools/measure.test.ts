import { assert, test } from "../src/base/testing.ts";
import { measureFile } from "./measure.ts";

const SAMPLE = `/** Doc. */
export function outer(a: number, b?: number): number {
  // why
  if (a > 1 && b) {
    return [1].map((x) => x ?? 2).length;
  }
  return a ? 1 : 2;
}

export const plain = 1;
const inner = () => 3;
`;

test("functions are measured by lines and branches, and inner functions separately", () => {
  const functions = measureFile("a.ts", SAMPLE).functions.map((f) => [f.where, f.lines, f.complexity]);
  assert.equal(functions, [
    ["a.ts:2 outer", 7, 4], // 1 + if + && + ?:
    ["a.ts:5 (unnamed)", 1, 2], // 1 + ??
    ["a.ts:11 inner", 1, 1],
  ]);
});

test("lines are counted, and exports without a doc comment are listed", () => {
  const figures = measureFile("a.ts", SAMPLE);
  assert.equal(figures.lines, 11);
  assert.equal(figures.exports, 2);
  assert.equal(figures.undocumented, ["a.ts plain"]);
});

test("the comment share counts each comment once, and no white space", () => {
  assert.equal(measureFile("a.ts", "/*234567*/ x = 12345678;").commentShare, 10 / 21);
  assert.equal(measureFile("a.ts", "").commentShare, 0);
});
