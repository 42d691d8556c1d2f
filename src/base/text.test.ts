import fc from "fast-check";
import { assert, test } from "./testing.ts";
import { bytesToName, compareBytes, compareNames, nameToBytes } from "./text.ts";

test("known UTF-8, one to four bytes", () => {
  assert.equal(
    nameToBytes("aé€😀"),
    Uint8Array.of(0x61, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80),
  );
  assert.equal(bytesToName(nameToBytes("aé€😀")), "aé€😀");
});

test("bytes that are not UTF-8 become lone surrogates: overlong, truncated, surrogate, too large", () => {
  for (const bytes of [
    [0xff],
    [0xc0, 0x80],
    [0xe2, 0x82],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0x80, 0x61],
  ]) {
    const name = bytesToName(Uint8Array.from(bytes));
    assert.match(name, /[\udc80-\udcff]/);
    assert.equal(nameToBytes(name), Uint8Array.from(bytes));
  }
});

test("any bytes survive the round trip", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      assert.equal(nameToBytes(bytesToName(bytes)), bytes);
    }),
  );
});

test("valid text agrees with the engine's URI decoder", () => {
  const escaped = (bytes: Uint8Array): string =>
    Array.from(bytes, (b) => `%${b.toString(16).padStart(2, "0")}`).join("");
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 30 }), (text) => {
      const bytes = nameToBytes(text);
      assert.equal(decodeURIComponent(escaped(bytes)), text);
      assert.equal(bytesToName(bytes), text);
    }),
  );
});

test("names are compared by their bytes, not by UTF-16", () => {
  assert.ok(compareNames("\uffff", "😀") < 0, "U+FFFF before U+1F600");
  const name = fc.uint8Array({ maxLength: 6 }).map(bytesToName);
  fc.assert(
    fc.property(name, name, (a, b) => {
      assert.equal(Math.sign(compareNames(a, b)), Math.sign(compareBytes(nameToBytes(a), nameToBytes(b))));
    }),
  );
});
