import { assert, test } from "../../base/testing.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { explainContents } from "./explain.ts";

const PLACES = [{ name: "the workspace folder", first: "/home/a", second: "/srv/other" }];

function explained(a: string, b: string): string {
  return explainContents(encodeUtf8(a), encodeUtf8(b), PLACES);
}

test("the usual causes are recognized in the bytes", () => {
  assert.equal(
    explained("built in /home/a", "built in /srv/other"),
    "it names the workspace folder (/home/a, and /srv/other)",
  );
  assert.equal(
    explained("a.o b.o c.o", "b.o c.o a.o"),
    "the same bytes in a different order, first at byte 0 of 11",
  );
  assert.equal(
    explained("at Nov 24 2026 10:11", "at Nov 24 2028 10:11"),
    "a date or a time of day at byte 13 of 20",
  );
  assert.equal(explained("xyz1", "xyz2"), "different bytes, first at byte 3 of 4");
  assert.equal(explained("xyz", "xyz2"), "different length, first difference at byte 3 of 3, and 4");
});

test("a binary time is recognized by its value", () => {
  const at = (seconds: number): Uint8Array => {
    const bytes = new Uint8Array(12);
    new DataView(bytes.buffer).setUint32(4, seconds, true);
    return bytes;
  };
  assert.equal(explainContents(at(1764000000), at(1764000009), []), "a time in seconds at byte 4 of 12");
  assert.equal(explainContents(at(7), at(1764000009), []), "different bytes, first at byte 4 of 12");
});
