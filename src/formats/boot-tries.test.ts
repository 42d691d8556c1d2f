import { assert, test } from "../base/testing.ts";
import { encodeTries, parseTries } from "./boot-tries.ts";

test("counts survive encoding and parsing", () => {
  const left = new Map([
    ["new", 2],
    ["ü", 0],
  ]);
  assert.equal([...parseTries(encodeTries(left))], [...left]);
});

test("damaged text gives no counts", () => {
  for (const text of ["", "null", "{", "7", "[]"]) assert.equal([...parseTries(text)], [], text);
  assert.equal([...parseTries('{"a": "x", "b": 1, "c": 0.5}')], [["b", 1]]);
});
