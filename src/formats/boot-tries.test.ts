import { assert, test } from "../base/testing.ts";
import { encodeTries, parseTries } from "./boot-tries.ts";

test("counts come back as they were", () => {
  const left = new Map([
    ["new", 2],
    ["ü", 0],
  ]);
  assert.equal([...parseTries(encodeTries(left))], [...left]);
});

test("damaged text counts nothing", () => {
  for (const text of ["", "null", "{", "7", "[]"]) assert.equal([...parseTries(text)], [], text);
  assert.equal([...parseTries('{"a": "x", "b": 1, "c": 0.5}')], [["b", 1]]);
});
