import { canonicalJson, differences } from "./json.ts";
import { assert, test } from "./testing.ts";

test("canonical JSON does not depend on the order of keys", () => {
  assert.equal(canonicalJson({ b: [{ d: 1, c: 2 }], a: null }), '{"a":null,"b":[{"c":2,"d":1}]}');
});

test("differences name each value that differs, and nothing else", () => {
  const a = { name: "a", list: [1, { x: 1, y: 2 }], only: true, same: { z: 1 } };
  const b = { name: "b", list: [1, { x: 1, y: 3 }, 4], same: { z: 1 } };
  assert.equal(differences(a, b), [
    { path: "name", a: "a", b: "b" },
    { path: "list[1].y", a: 2, b: 3 },
    { path: "list[2]", a: undefined, b: 4 },
    { path: "only", a: true, b: undefined },
  ]);
  assert.equal(differences(a, a), []);
  assert.equal(
    differences([1], { 0: 1 }).map(({ path }) => path),
    [""],
  );
});
