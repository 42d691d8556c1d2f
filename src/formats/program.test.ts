import { concatBytes } from "../base/bytes.ts";
import { assert, test } from "../base/testing.ts";
import { decodeUtf8, encodeUtf8 } from "../base/text.ts";
import { encodeProgram, withoutProgram } from "./program.ts";

const checksum = { crc32: (bytes: Uint8Array) => bytes.length }; // the engine's own is tested elsewhere
const modules = [
  { name: "main", code: encodeUtf8("CODE") },
  { name: "a.ts", code: encodeUtf8("A") },
];

test("a program is sorted by name, and its trailer tells its length and checksum", () => {
  const text = decodeUtf8(encodeProgram(modules, checksum));
  const body = "bq2prog1\x04\0\0\0\x01\0\0\0a.tsA\x04\0\0\0\x04\0\0\0mainCODE";
  assert.equal(text, `${body}${"\x25\0\0\0\0\0\0\0".repeat(2)}bq2-end1`);
  assert.equal(encodeProgram([...modules].reverse(), checksum), encodeProgram(modules, checksum));
});

test("the runtime is what stands before the program", () => {
  const runtime = encodeUtf8("\x7fELF…");
  assert.equal(withoutProgram(concatBytes([runtime, encodeProgram(modules, checksum)])), runtime);
  assert.equal(withoutProgram(runtime), runtime);
  assert.equal(withoutProgram(new Uint8Array()), new Uint8Array());
});

test("a program longer than its file is refused", () => {
  const program = encodeProgram(modules, checksum);
  assert.throws(() => withoutProgram(program.subarray(1)), /damaged|ends at byte/);
});
