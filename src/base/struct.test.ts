import { ascii, bytes, reserved, struct, u8, u16, u16be, u32, u32be, u64, u64be } from "./struct.ts";
import { assert, test } from "./testing.ts";

const Sample = struct("sample", 36, {
  magic: ascii(4),
  flags: u8,
  gap: reserved(1),
  little: u16,
  big: u16be,
  word: u32,
  wordBig: u32be,
  long: u64,
  longBig: u64be,
  id: bytes(2),
});

const VALUES = {
  magic: "BQ",
  flags: 0xff,
  little: 0x0102,
  big: 0x0102,
  word: 0xfffffffe,
  wordBig: 1,
  long: 2 ** 40 + 1,
  longBig: Number.MAX_SAFE_INTEGER,
  id: Uint8Array.of(7, 8),
};

test("fields are encoded in order, each in its byte order", () => {
  const encoded = Sample.encode(VALUES);
  const hex = Array.from(encoded, (b) => b.toString(16).padStart(2, "0")).join("");
  assert.equal(
    hex,
    [
      "42510000",
      "ff",
      "00",
      "0201",
      "0102",
      "feffffff",
      "00000001",
      "0100000000010000",
      "001fffffffffffff",
      "0708",
    ].join(""),
  );
  assert.equal(Sample.offsets.word, 10);
});

test("decoding gives the encoded values, at any offset of a larger array", () => {
  const space = new Uint8Array(50).fill(0xaa);
  Sample.encodeInto(space, 9, VALUES);
  assert.equal(Sample.decode(space, 9), { ...VALUES, gap: undefined });
  assert.equal([space[8], space[45]], [0xaa, 0xaa]);
  assert.equal(Sample.encode({}), new Uint8Array(36));
});

test("a stated size that differs from the sum of the fields is refused when the table is made", () => {
  assert.throws(() => struct("wrong", 5, { a: u32 }), /fields take 4 bytes, stated 5/);
});

test("values that do not fit are refused, never truncated", () => {
  const fails = (values: Parameters<typeof Sample.encode>[0]) =>
    assert.throws(() => Sample.encode(values), /Cannot store/);
  fails({ flags: 256 });
  fails({ little: -1 });
  fails({ word: 1.5 });
  fails({ long: 2 ** 53 });
  fails({ magic: "é" });
  fails({ id: Uint8Array.of(1, 2, 3) });
  assert.throws(() => Sample.encode({ magic: "toolong" }), /Cannot store/);
  assert.throws(() => Sample.decode(new Uint8Array(35)), /36 bytes wanted, found 35/);
  assert.throws(() => Sample.decode(new Uint8Array(36).fill(0xff)), /above 2\^53/);
});
