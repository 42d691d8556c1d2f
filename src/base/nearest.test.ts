import { editDistance, nearestName } from "./nearest.ts";
import { assert, test } from "./testing.ts";

test("the distance counts inserted, removed and replaced letters", () => {
  assert.equal(
    [
      editDistance("", "abc"),
      editDistance("abc", "abc"),
      editDistance("notes", "nots"),
      editDistance("ab", "ba"),
    ],
    [3, 0, 1, 2],
  );
});

test("the nearest name is suggested, unless none is near", () => {
  assert.equal(nearestName("nots", ["web", "notes", "nodes-2"]), "notes");
  assert.equal(nearestName("database", ["web", "notes"]), undefined);
  assert.equal(nearestName("x", []), undefined);
});
