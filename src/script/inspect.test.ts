import { assert, test } from "../base/testing.ts";
import { inspect } from "./inspect.ts";

test("primitives are shown as in source code", () => {
  assert.equal(
    [1, -0, 5n, true, null, undefined, Number.NaN].map((value) => inspect(value)),
    [...["1", "-0", "5n", "true", "null", "undefined", "NaN"]],
  );
  assert.equal(inspect("it's\n"), `"it's\\n"`);
  assert.equal(inspect("\x1b[0m\ud800"), "'\\x1b[0m\\ud800'");
  assert.equal(inspect(Symbol("s")), "Symbol(s)");
});

test("structures are shown on one line if they fit", () => {
  const holed: unknown[] = [1, "two"];
  holed[3] = 4;
  const value = {
    a: holed,
    "b-c": new Map([[1n, null]]),
    s: new Set(["x"]),
    u: Uint8Array.of(1, 2),
  };
  const wanted =
    "{ a: [ 1, 'two', <1 empty item>, 4 ], 'b-c': Map(1) { 1n => null }, s: Set(1) { 'x' }, u: Uint8Array(2) [ 1, 2 ] }";
  assert.equal(inspect(value, { width: 200 }), wanted);
  assert.equal(
    inspect(value),
    wanted
      .replace("{ a", "{\n  a")
      .replaceAll(/, (?=['a-z-]+: )/g, ",\n  ")
      .replace(/ \}$/, "\n}"),
  );
  assert.equal([inspect({}), inspect([]), inspect(new Map())], ["{}", "[]", "Map(0) {}"]);
});

test("kinds are named", () => {
  class Point {
    x = 1;
    get y() {
      throw new Error("never called");
    }
  }
  assert.equal(inspect(new Point()), "Point { x: 1 }");
  assert.equal(inspect(Point), "[class Point]");
  assert.equal(inspect(Object.assign(() => 1, { extra: 2 })), "[Function (anonymous)] { extra: 2 }");
  assert.equal(inspect(Object.create(null)), "[Object: null prototype] {}");
  assert.equal(
    inspect({
      get a() {
        return 1;
      },
      set a(_) {},
    }),
    "{ a: [Getter/Setter] }",
  );
  assert.equal(inspect(new Date(0)), "1970-01-01T00:00:00.000Z");
  assert.equal(inspect([/x/g, new Date(Number.NaN)]), "[ /x/g, Invalid Date ]");
});

test("errors are shown with their message, in structures on one line", () => {
  assert.match(inspect(new TypeError("bad")), /^TypeError: bad/);
  assert.equal(inspect([new TypeError("bad")]), "[ [TypeError: bad] ]");
});

test("cycles, depth, length and size are limited", () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  assert.equal(inspect(cycle), "{ self: [Circular] }");
  const shared = [1];
  assert.equal(inspect([shared, shared]), "[ [ 1 ], [ 1 ] ]");
  assert.equal(inspect({ a: { b: { c: { d: 1 } } } }), "{ a: { b: { c: [Object] } } }");
  assert.match(inspect(new Array(1000).fill(7)), /… 900 more\n\]$/);
  assert.equal(inspect(new Array(5)), "[ <5 empty items> ]");
  assert.equal(inspect({ text: "x".repeat(2005) }).slice(-25), "xxx'… 5 more characters\n}");
  const wide = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, "y".repeat(2000)]));
  assert.ok(inspect(wide).length < 51_000);
});
