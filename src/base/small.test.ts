/** Checksums, byte helpers, JSON, log lines and errors, checked against published values. */
import { alignUp, concatBytes, equalBytes, fromHex, isZero, toHex } from "./bytes.ts";
import { crc32, crc32c } from "./crc.ts";
import { Bq2Error, describeError, errorCode } from "./error.ts";
import { canonicalJson } from "./json.ts";
import { formatTimestamp, lineLog } from "./log.ts";
import { assert, test } from "./testing.ts";
import { nameToBytes } from "./text.ts";

const CHECK = nameToBytes("123456789"); // the check value's input: Koopman's and Williams's CRC catalogues

test("CRC-32 and CRC-32C have their catalogue's check values, in one piece or several", () => {
  assert.equal(crc32(CHECK), 0xcbf43926);
  assert.equal(crc32(CHECK.subarray(5), crc32(CHECK.subarray(0, 5))), 0xcbf43926);
  assert.equal(~crc32c(CHECK, 0xffffffff) >>> 0, 0xe3069283);
  // RFC 3720, B.4: 32 bytes of zeros.
  assert.equal(~crc32c(new Uint8Array(32), 0xffffffff) >>> 0, 0x8a9136aa);
});

test("bytes are joined, shown, read and compared", () => {
  assert.equal(concatBytes([Uint8Array.of(1), Uint8Array.of(), Uint8Array.of(2, 3)]), Uint8Array.of(1, 2, 3));
  assert.equal(toHex(Uint8Array.of(0, 15, 255)), "000fff");
  assert.equal(fromHex("000FfF"), Uint8Array.of(0, 15, 255));
  for (const bad of ["0", "0g", " 00"]) assert.throws(() => fromHex(bad), /hexadecimal/);
  assert.ok(
    equalBytes(Uint8Array.of(1), Uint8Array.of(1)) && !equalBytes(Uint8Array.of(1), Uint8Array.of(1, 2)),
  );
  assert.equal(
    [0, 1, 512, 513].map((value) => alignUp(value, 512)),
    [0, 512, 512, 1024],
  );
});

test("isZero finds a single nonzero byte at any alignment", () => {
  const space = new Uint8Array(64);
  for (let start = 0; start < 9; start++) {
    const part = space.subarray(start, 50);
    assert.ok(isZero(part));
    for (const at of [0, 7, 8, part.length - 1]) {
      part[at] = 1;
      assert.ok(!isZero(part), `byte ${at} from ${start}`);
      part[at] = 0;
    }
  }
});

test("canonical JSON sorts keys at every depth and keeps lists", () => {
  assert.equal(canonicalJson({ b: [2, { d: 1, c: null }], a: "é" }), '{"a":"é","b":[2,{"c":null,"d":1}]}');
});

test("log lines carry UTC with microseconds", () => {
  assert.equal(formatTimestamp(1771854085685363), "2026-02-23T13:41:25.685363Z");
  const lines: string[] = [];
  const log = lineLog(
    (line) => lines.push(line),
    () => 5,
  );
  log.info("a");
  log.warn("b");
  log.error("c");
  assert.equal(
    lines,
    ["INFO - a", "WARN - b", "ERROR - c"].map((end) => `1970-01-01T00:00:00.000005Z ${end}\n`),
  );
});

test("errors print their hint and carry their code", () => {
  const error = new Bq2Error("Cannot use x: y", { code: "z", hint: "do this", cause: new Error("why") });
  assert.equal(describeError(error), "Cannot use x: y (hint: do this)");
  assert.equal(
    [errorCode(error), errorCode(new Error("plain")), errorCode("text")],
    ["z", undefined, undefined],
  );
  assert.equal(describeError("text"), "text");
});
