import { concatBytes } from "../base/bytes.ts";
import { assert, test } from "../base/testing.ts";
import { decodeUtf8, encodeUtf8 } from "../base/text.ts";
import { encodeProgram, withoutProgram } from "./program.ts";

/** The real functions are tested elsewhere. */
const bulk = {
  crc32: (bytes: Uint8Array) => bytes.length,
  deflateRaw: async (bytes: Uint8Array) => concatBytes([encodeUtf8("~"), bytes]),
};
const modules = [
  { name: "main", code: encodeUtf8("CODE") },
  { name: "a.ts", code: encodeUtf8("A") },
];

test("modules are sorted by name and packed; the directory and each module have a checksum", async () => {
  const text = decodeUtf8(await encodeProgram(modules, bulk));
  const directory =
    "\x04\0\0\0\x02\0\0\0\x01\0\0\0\x02\0\0\0a.ts" + "\x04\0\0\0\x05\0\0\0\x04\0\0\0\x05\0\0\0main";
  const trailer = "\x37\0\0\0\0\0\0\0\x28\0\0\0\x30\0\0\0bq2-end1";
  assert.equal(text, `bq2prog2${directory}~A~CODE${trailer}`);
  assert.equal(await encodeProgram([...modules].reverse(), bulk), await encodeProgram(modules, bulk));
});

test("the runtime is the part before the program", async () => {
  const runtime = encodeUtf8("\x7fELF…");
  assert.equal(withoutProgram(concatBytes([runtime, await encodeProgram(modules, bulk)])), runtime);
  assert.equal(withoutProgram(runtime), runtime);
  assert.equal(withoutProgram(new Uint8Array()), new Uint8Array());
});

test("a program longer than its file is refused", async () => {
  const program = await encodeProgram(modules, bulk);
  assert.throws(() => withoutProgram(program.subarray(1)), /damaged|ends at byte/);
});
