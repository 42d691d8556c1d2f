import { assert, test } from "../base/testing.ts";
import { Utf8Decoder, Utf8Encoder } from "./text-coding.ts";

test("text is encoded and decoded unchanged; invalid characters become U+FFFD", () => {
  const text = "a é € 😀";
  assert.equal(new Utf8Decoder().decode(new Utf8Encoder().encode(text)), text);
  assert.equal(new Utf8Encoder().encode("\ud800"), Uint8Array.of(0xef, 0xbf, 0xbd));
  assert.equal(new Utf8Decoder().decode(Uint8Array.of(0x61, 0xff, 0x62)), "a\ufffdb");
  assert.throws(() => new Utf8Decoder("utf-8", { fatal: true }).decode(Uint8Array.of(0xff)), /not UTF-8/);
  assert.throws(() => new Utf8Decoder("latin1"), /only utf-8/);
});

test("one byte order mark is removed", () => {
  const bytes = new Utf8Encoder().encode("\ufeff\ufeffa");
  assert.equal(new Utf8Decoder().decode(bytes), "\ufeffa");
  assert.equal(new Utf8Decoder("utf8", { ignoreBOM: true }).decode(bytes), "\ufeff\ufeffa");
});

test("a stream may be cut inside a character", () => {
  const text = "é€😀!";
  const decoder = new Utf8Decoder();
  let shown = "";
  for (const byte of new Utf8Encoder().encode(text))
    shown += decoder.decode(Uint8Array.of(byte), { stream: true });
  assert.equal(shown + decoder.decode(), text);
  assert.equal(new Utf8Decoder().decode(Uint8Array.of(0xe2, 0x82)), "\ufffd\ufffd");
});
