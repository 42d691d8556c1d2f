import { placeAt, pointAt } from "./source-text.ts";
import { assert, test } from "./testing.ts";

test("places are counted from one", () => {
  assert.equal(placeAt("ab\ncd", 0), { line: 1, column: 1 });
  assert.equal(placeAt("ab\ncd", 4), { line: 2, column: 2 });
  assert.equal(placeAt("ab\ncd", 5), { line: 2, column: 3 });
});

test("the caret is below the place, also after tabs", () => {
  const shown = pointAt("/a.ts", "x;\n\tlet b c;", { line: 2, column: 8 }, "';' expected.");
  assert.equal(shown, "/a.ts:2:8: ';' expected.\n  \tlet b c;\n  \t      ^");
});
