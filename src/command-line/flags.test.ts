import { assert, test } from "../base/testing.ts";
import { parseBind, parseCount, parseSha256, parseSize } from "./flags.ts";

test("sizes take K, M, G and T as powers of 1,024", () => {
  assert.equal(["512", "4k", "3M", "8G", "1T"].map(parseSize), [512, 4096, 3 * 2 ** 20, 2 ** 33, 2 ** 40]);
  for (const bad of ["", "0", "-1", "1.5G", "8GB", "99999999T", "G"])
    assert.throws(() => parseSize(bad), /not a size/);
});

test("a bind is two absolute paths", () => {
  assert.equal(parseBind("/a:/b"), { source: "/a", target: "/b", readOnly: false });
  for (const bad of ["/a", "a:/b", "/a:b", "/a:/b:ro", ":"])
    assert.throws(() => parseBind(bad), /not a bind/);
});

test("counts and digests must have the right form", () => {
  assert.equal(parseCount("8"), 8);
  for (const bad of ["0", "-2", "two", "1e9", "1.5"])
    assert.throws(() => parseCount(bad), /not a number of jobs/);
  assert.equal(parseSha256("AB".repeat(32)), "ab".repeat(32));
  assert.throws(() => parseSha256("ab"), /not a sha256/);
});
