import { concatBytes } from "../base/bytes.ts";
import type { Bq2Error } from "../base/error.ts";
import { assert, test } from "../base/testing.ts";
import { encodeUtf8 } from "../base/text.ts";
import { listAr } from "./ar.ts";
import { contentOf } from "./tree.ts";

function member(name: string, body: string): Uint8Array {
  const header = `${name.padEnd(16)}${"1700000000".padEnd(12)}${"0".padEnd(6)}${"0".padEnd(6)}${"100644".padEnd(8)}${String(body.length).padEnd(10)}\`\n`;
  return encodeUtf8(header + body + (body.length % 2 === 1 ? "\n" : ""));
}

function archiveOf(...members: readonly Uint8Array[]): Uint8Array {
  return concatBytes([encodeUtf8("!<arch>\n"), ...members]);
}

function textsOf(archive: Uint8Array): string[] {
  return listAr(contentOf(archive)).map(
    ({ name, offset, size }) => `${name}=${String.fromCharCode(...archive.subarray(offset, offset + size))}`,
  );
}

test("a Debian package's members, short names", () => {
  const archive = archiveOf(
    member("debian-binary", "2.0\n"),
    member("control.tar.xz/", "odd"),
    member("data.tar", "d"),
  );
  assert.equal(textsOf(archive), ["debian-binary=2.0\n", "control.tar.xz=odd", "data.tar=d"]);
});

test("long names, GNU's and BSD's", () => {
  const names = "a-name-of-more-than-sixteen.o/\nanother-long-name.o/\n";
  assert.equal(textsOf(archiveOf(member("//", names), member("/0", "x"), member("/31", "y"))), [
    "a-name-of-more-than-sixteen.o=x",
    "another-long-name.o=y",
  ]);
  assert.equal(textsOf(archiveOf(member("#1/8", "long\0\0\0\0body"))), ["long=body"]);
});

test("a damaged archive gives one clear error", () => {
  const whole = archiveOf(member("a", "content"), member("/0", "x"));
  const bad = [
    encodeUtf8("!<thin>\n"),
    new Uint8Array(0),
    whole, // a long name without a list of names
    archiveOf(member("a", "content")).subarray(0, 70),
    archiveOf(member("a", "content")).subarray(0, 40),
    archiveOf(member("#1/99", "x")),
    archiveOf(member("a", "content")).map((byte, i) => (i === 8 + 48 ? 0x2d : byte)), // a size of "-"
  ];
  for (const archive of bad) {
    const error = assert.throws(() => listAr(contentOf(archive)));
    assert.equal((error as Bq2Error).code, "damaged-archive");
  }
});
