import { concatBytes } from "../../base/bytes.ts";
import { Bq2Error } from "../../base/error.ts";
import { assert, test } from "../../base/testing.ts";
import { bytesToName, encodeUtf8 } from "../../base/text.ts";
import { contentOf, type Entry, NO_ATTRIBUTES, type Tree } from "../tree.ts";
import { encodeHeader } from "./header.ts";
import { indexTar } from "./index.ts";
import type { TarMember } from "./members.ts";
import { cleanMemberPath, resolveLink } from "./path.ts";
import { formatPaxRecords, parsePaxRecords } from "./pax.ts";
import { TarReader } from "./reader.ts";
import { writeTar } from "./writer.ts";

const FACTS = { mode: 0o644, uid: 0, gid: 0, mtime: 1_700_000_000, attributes: NO_ATTRIBUTES };
const FOLDER = { ...FACTS, mode: 0o755, kind: "folder" } as const;

const file = (path: string, text: string): Entry => ({
  ...FACTS,
  path,
  kind: "file",
  content: contentOf(encodeUtf8(text)),
});

const LONG = `long/${"x".repeat(120)}`;
const VERY_LONG = `long/${"y".repeat(250)}`;

/** Every kind of entry, and every value that needs a pax header. */
const TREE: Tree = [
  { ...FOLDER, path: "" },
  { ...FACTS, path: "console", kind: "char", major: 5, minor: 1 },
  file("empty", ""),
  { ...FOLDER, path: "long", mtime: -5 },
  file(LONG, "long"),
  file(VERY_LONG, "very long"),
  { ...FACTS, path: "pipe", kind: "fifo" },
  { ...file("setuid", "s"), mode: 0o4755, uid: 3_000_000, gid: 1000 },
  { ...FACTS, path: "setuid-2", kind: "hardlink", target: "setuid", mode: 0o4755, uid: 3_000_000, gid: 1000 },
  { ...FACTS, path: "sym", kind: "symlink", target: "z".repeat(150), mode: 0o777 },
  { ...file("with=attributes", "w"), attributes: new Map([["user.a=b%", Uint8Array.of(0, 10, 255)]]) },
  file(bytesToName(Uint8Array.of(0x7a, 0xff, 0xfe)), "odd"),
  { ...FOLDER, path: "é" },
];

async function tarOf(tree: Tree): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  await writeTar(tree, (chunk) => void chunks.push(chunk));
  return concatBytes(chunks);
}

function plain(tree: Tree): unknown[] {
  return tree.map((entry) => {
    if (entry.kind !== "file") return entry;
    const bytes = new Uint8Array(entry.content.size);
    entry.content.read(bytes, 0, bytes.length, 0);
    return { ...entry, content: bytes };
  });
}

interface ReadMember extends TarMember {
  readonly bytes: Uint8Array;
}

function readInChunks(archive: Uint8Array, chunkSize: number): ReadMember[] {
  const members: ReadMember[] = [];
  const reader = new TarReader({
    member: (member) => void members.push({ ...member, bytes: new Uint8Array(member.size) }),
    data: (bytes, offset) => members.at(-1)?.bytes.set(bytes, offset),
    memberEnd: () => {},
  });
  for (let at = 0; at < archive.length; at += chunkSize) reader.push(archive.subarray(at, at + chunkSize));
  reader.end();
  return members;
}

function codeOf(body: () => unknown): string {
  const error = assert.throws(body);
  assert.ok(error instanceof Bq2Error, `a Bq2Error was wanted, found ${error.stack}`);
  return error.code;
}

/** A tar archive of one hand-made member and the end mark. */
function handMade(
  values: Parameters<typeof encodeHeader>[2],
  body: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const bytes = new Uint8Array(512 + Math.ceil(body.length / 512) * 512 + 1024);
  encodeHeader(bytes, 0, values);
  bytes.set(body, 512);
  return bytes;
}

test("a tree survives writing and reading", async () => {
  const archive = await tarOf(TREE);
  assert.equal(archive.length % 10_240, 0);
  assert.equal(plain(indexTar(contentOf(archive))), plain(TREE));
});

test("chunks may be cut anywhere", async () => {
  const archive = await tarOf(TREE);
  const whole = readInChunks(archive, archive.length);
  assert.equal(whole.length, TREE.length);
  for (const size of [1, 3, 511, 512, 513, 700, 4096]) assert.equal(readInChunks(archive, size), whole);
});

test("an archive that is truncated anywhere before its end mark is damaged", async () => {
  const archive = await tarOf(TREE);
  let end = archive.length;
  while (archive[end - 1] === 0) end--;
  for (let length = 0; length < end; length += 97) {
    assert.equal(
      codeOf(() => readInChunks(archive.subarray(0, length), 4096)),
      "damaged-archive",
    );
    assert.equal(
      codeOf(() => indexTar(contentOf(archive.subarray(0, length)))),
      "damaged-archive",
    );
  }
});

test("damage names the member and the byte", async () => {
  const archive = await tarOf([{ ...FOLDER, path: "" }, file("first", "1"), file("second", "2")]);
  archive[512 * 3 + 5] = 0x41; // a letter of the name in the third header
  const error = assert.throws(() => indexTar(contentOf(archive)), /checksum/);
  assert.match(error.message, /byte 2048|byte 1536/);
  assert.match(error.message, /member first/);
});

test("numbers in base 256 and values below zero are read", () => {
  const archive = handMade({ name: "old", type: "0", size: 0 });
  archive.set([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe], 136); // mtime: -2
  rewriteChecksum(archive);
  assert.equal(readInChunks(archive, 512)[0]?.mtime, -2);
});

function rewriteChecksum(archive: Uint8Array): void {
  archive.fill(0x20, 148, 156);
  let sum = 0;
  for (const byte of archive.subarray(0, 512)) sum += byte;
  archive.set(encodeUtf8(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
}

test("global pax records apply to all members, a member's own take precedence", () => {
  const record = (key: string, value: string) => formatPaxRecords([{ key, value: encodeUtf8(value) }]);
  const part = (values: Parameters<typeof encodeHeader>[2], body?: Uint8Array) =>
    handMade({ ...values, size: body?.length ?? 0 }, body).slice(0, -1024);
  const archive = concatBytes([
    part({ name: "g", type: "g" }, record("uid", "77")),
    part({ name: "one", type: "0", uid: 1 }),
    part({ name: "x", type: "x" }, record("__proto__", "not a record that is known")),
    part({ name: "three", type: "0", uid: 1 }),
    part({ name: "x", type: "x" }, record("uid", "88")),
    part({ name: "two", type: "0", uid: 1 }),
    new Uint8Array(1024),
  ]);
  assert.equal(
    readInChunks(archive, 999).map(({ uid }) => uid),
    [77, 77, 88],
  );
});

test("pax records count their own length", () => {
  for (const size of [1, 5, 88, 89, 90, 91, 92, 93, 985, 986, 987, 988, 989, 990]) {
    const records = [{ key: "path", value: new Uint8Array(size).fill(0x61) }];
    const bytes = formatPaxRecords(records);
    assert.match(String.fromCharCode(...bytes), new RegExp(`^${bytes.length} path=`));
    assert.equal(parsePaxRecords(bytes), records);
  }
});

test("missing parents are made, later members win, ./ is dropped", async () => {
  const [root] = TREE as readonly [Entry];
  const archive = await tarOf([file("./a/b/c", "old"), file("a/b/c", "new"), root]);
  const tree = indexTar(contentOf(archive));
  assert.equal(
    tree.map(({ path, kind }) => `${kind} ${path}`),
    ["folder ", "folder a", "folder a/b", "file a/b/c"],
  );
  assert.equal(tree[1], { ...FOLDER, path: "a" });
  assert.equal(plain(tree).at(-1), plain([file("a/b/c", "new")])[0]);
});

test("a tree is sorted with each folder before its contents, and links point to the first name", async () => {
  const link: Entry = { ...FACTS, path: "a-link", kind: "hardlink", target: "z" };
  const archive = await tarOf([file("z", "content"), file("a/x", ""), file("a!", ""), file("a.b", ""), link]);
  const tree = indexTar(contentOf(archive));
  assert.equal(
    tree.map(({ path }) => path),
    ["", "a", "a/x", "a!", "a-link", "a.b", "z"],
  );
  assert.equal(tree[4]?.kind, "file");
  assert.equal(tree[6], { ...link, path: "z", target: "a-link" });
});

test("hostile names and contradictions are refused", async () => {
  const bad: readonly Tree[] = [
    [file("../x", "")],
    [file("/etc/passwd", "")],
    [file("a/../../b", "")],
    [file("a", ""), file("a/b", "")],
    [{ ...FACTS, path: "l", kind: "symlink", target: "/etc" }, file("l/passwd", "")],
    [{ ...FACTS, path: "l", kind: "hardlink", target: "missing" }],
    [{ ...FACTS, path: "l", kind: "hardlink", target: "../outside" }],
  ];
  for (const tree of bad) {
    const archive = await tarOf(tree);
    assert.equal(
      codeOf(() => indexTar(contentOf(archive))),
      "hostile-archive",
    );
  }
});

test("member paths are cleaned", () => {
  assert.equal(["./", ".", "a//b/", "./a/./b", "a...b", ".a/..b"].map(cleanMemberPath), [
    "",
    "",
    "a/b",
    "a/b",
    "a...b",
    ".a/..b",
  ]);
  assert.equal(resolveLink("usr/bin/x", "../lib/./y"), "usr/lib/y");
  assert.equal(resolveLink("usr/x", "../.."), undefined);
  assert.equal(resolveLink("x", "/etc"), undefined);
});

test("a socket cannot be written", async () => {
  const error = await assert.rejects(() => tarOf([{ ...FACTS, path: "s", kind: "socket" }]), /socket/);
  assert.equal((error as Bq2Error).code, "unsupported-entry");
});

test("large contents and holes are written as they read", async () => {
  const bytes = new Uint8Array(3_000_001).map((_, i) => (i < 1_000_000 || i >= 2_500_000 ? i * 7 : 0));
  const ranges = () => [
    { offset: 0, length: 1_000_000 },
    { offset: 2_500_000, length: 500_001 },
  ];
  const holed: Entry = { ...file("f", ""), kind: "file", content: { ...contentOf(bytes), ranges } };
  const plainFile: Entry = { ...file("f", ""), kind: "file", content: contentOf(bytes) };
  const archive = await tarOf([holed]);
  assert.ok(archive.length === (await tarOf([plainFile])).length);
  assert.ok(archive.every((byte, i) => i < 512 || i >= 512 + bytes.length || byte === bytes[i - 512]));
});

test("names that Linux cannot have are refused", () => {
  const long = "x".repeat(255);
  assert.equal(cleanMemberPath(`${long}/y`), `${long}/y`);
  assert.equal(cleanMemberPath("é".repeat(127)), "é".repeat(127));
  const deepest = "abcdefg/".repeat(511).concat("abcdefg"); // 4095 bytes
  assert.equal(cleanMemberPath(deepest), deepest);
  for (const path of [`${long}x`, `a/${long}x/b`, "é".repeat(128), `${deepest}h`, "d/".repeat(50_000)]) {
    const error = assert.throws(() => cleanMemberPath(path), /more than 255 bytes|4096 bytes or more/);
    assert.equal((error as Bq2Error).code, "hostile-archive");
    assert.ok(error.message.length < 300, "the message is short");
  }
});
