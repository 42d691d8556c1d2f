import { toHex } from "./bytes.ts";
import { sha1 } from "./sha1.ts";
import { assert, test } from "./testing.ts";
import { encodeUtf8 } from "./text.ts";

test("FIPS 180's examples, and lengths around a block", () => {
  const hex = (text: string): string => toHex(sha1(encodeUtf8(text)));
  assert.equal(hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  assert.equal(hex(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  assert.equal(
    hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
    "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
  );
  assert.equal(hex("a".repeat(1000)), "291e9a6c66994949b57ba5e650361e98fc36b1ba");
});
