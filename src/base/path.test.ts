import { basename, dirname, isWithin, joinPath, resolvePath } from "./path.ts";
import { assert, test } from "./testing.ts";

test("joinPath joins without doubled or trailing slashes", () => {
  assert.equal(joinPath("/", "a", "b"), "/a/b");
  assert.equal(joinPath("/a/", "/b/"), "/a/b");
  assert.equal(joinPath("", "a", ""), "a");
  assert.equal(joinPath("/"), "/");
  assert.equal(joinPath("/a\udcff", "b"), "/a\udcff/b");
});

test("dirname and basename split at the last slash", () => {
  assert.equal([dirname("/a/b"), basename("/a/b")], ["/a", "b"]);
  assert.equal([dirname("/a"), basename("/a")], ["/", "a"]);
  assert.equal([dirname("/"), basename("/")], ["/", ""]);
  assert.equal([dirname("a"), basename("a")], [".", "a"]);
});

test("resolvePath resolves dots as text and stops at the root", () => {
  assert.equal(resolvePath("/a/b", "../c/./d"), "/a/c/d");
  assert.equal(resolvePath("/a", "/x//y/"), "/x/y");
  assert.equal(resolvePath("/a", "../../.."), "/");
  assert.equal(resolvePath("/", ""), "/");
});

test("isWithin compares whole names", () => {
  assert.ok(isWithin("/a/b", "/a"));
  assert.ok(isWithin("/a", "/a"));
  assert.ok(isWithin("/a", "/"));
  assert.equal(isWithin("/ab", "/a"), false);
});
