import { type Bq2Error, errorCode } from "../../base/error.ts";
import { assert, test } from "../../base/testing.ts";
import type { Sink } from "../sink.ts";
import { type Content, contentOf, type Entry, NO_ATTRIBUTES, type Tree } from "../tree.ts";
import { type Ext4Options, type PlanOptions, planExt4, writeExt4 } from "./ext4.ts";

const OPTIONS: Ext4Options & PlanOptions = {
  size: 16 * 2 ** 20,
  uuid: new Uint8Array(16).fill(1),
  hashSeed: new Uint8Array(16).fill(2),
  epoch: 1_000_000_000,
};
const COMMON = { mode: 0o755, uid: 0, gid: 0, mtime: 0, attributes: NO_ATTRIBUTES };
const ROOT: Entry = { ...COMMON, path: "", kind: "folder" };

function folder(path: string): Entry {
  return { ...COMMON, path, kind: "folder" };
}

function file(path: string, content: Content = contentOf(new Uint8Array(5))): Entry {
  return { ...COMMON, path, kind: "file", content };
}

function link(path: string, target: string): Entry {
  return { ...COMMON, path, kind: "symlink", target };
}

/** Keeps every write, by offset. */
function recorder(): { readonly sink: Sink; readonly writes: Map<number, Uint8Array> } {
  const writes = new Map<number, Uint8Array>();
  const write = (bytes: Uint8Array, offset: number) => void writes.set(offset, bytes.slice());
  const copy: Sink["copy"] = (content, from, length, offset) => {
    const buffer = new Uint8Array(length);
    content.read(buffer, 0, length, from);
    write(buffer, offset);
  };
  return { sink: { write, copy }, writes };
}

function refusal(tree: Tree, options: Partial<typeof OPTIONS> = {}): Bq2Error {
  const { sink, writes } = recorder();
  const changed = { ...OPTIONS, ...options };
  const error = assert.throws(() => writeExt4(planExt4(tree, changed), sink, changed));
  assert.equal(writes.size, 0, "nothing is written before the refusal");
  return error as Bq2Error;
}

test("the same tree gives the same writes, and none overlap", () => {
  const tree = [ROOT, folder("a"), file("a/b"), link("c", "a/b")];
  const [first, second] = [recorder(), recorder()];
  writeExt4(planExt4(tree, OPTIONS), first.sink, OPTIONS);
  writeExt4(planExt4(tree, OPTIONS), second.sink, OPTIONS);
  assert.equal(first.writes, second.writes);
  let end = 0;
  for (const [offset, bytes] of [...first.writes].sort(([a], [b]) => a - b)) {
    assert.ok(offset >= end, `write at ${offset} begins after ${end}`);
    end = offset + bytes.length;
  }
  assert.ok(end <= OPTIONS.size, "all writes lie in the image");
});

test("the UUID may be computed last", () => {
  const { sink, writes } = recorder();
  let before = 0;
  const uuid = () => {
    before = writes.size;
    return OPTIONS.uuid as Uint8Array;
  };
  writeExt4(planExt4([ROOT], OPTIONS), sink, { ...OPTIONS, uuid });
  const atOnce = recorder();
  writeExt4(planExt4([ROOT], OPTIONS), atOnce.sink, OPTIONS);
  assert.equal(writes, atOnce.writes);
  assert.ok(before > 0 && before < writes.size, `asked for after ${before} of ${writes.size} writes`);
});

test("the error for a small image states the size needed, which is enough", () => {
  const content: Content = { size: 5e8, ranges: () => [{ offset: 0, length: 5e8 }], read: () => undefined };
  const tree = [ROOT, file("big", content)];
  const { minimumSize } = planExt4(tree, OPTIONS);
  const error = refusal(tree, { size: minimumSize - 4096 });
  assert.equal(error.code, "image-too-small");
  assert.match(error.message, new RegExp(`needs ${minimumSize} bytes`));
  const sink: Sink = { write: () => undefined, copy: () => undefined };
  const { freeBlocks } = writeExt4(planExt4(tree, OPTIONS), sink, { ...OPTIONS, size: minimumSize });
  assert.ok(freeBlocks >= 0 && freeBlocks < 100, `${freeBlocks} blocks left over`);
});

test("no image is smaller than 8 MiB", () => {
  assert.equal(planExt4([ROOT], OPTIONS).minimumSize, 8 * 2 ** 20);
  assert.equal(refusal([ROOT], { size: 2 ** 20 }).code, "image-too-small");
});

test("options out of range are refused", () => {
  const wrong: readonly Partial<typeof OPTIONS>[] = [
    { size: 0 },
    { size: Number.NaN },
    { uuid: new Uint8Array(15) },
    { hashSeed: new Uint8Array(0) },
    { label: "seventeen bytes !" },
    { epoch: -1 },
    { reservedPercent: 51 },
    { bytesPerInode: 0 },
  ];
  for (const options of wrong)
    assert.equal(refusal([ROOT], options).code, "bad-option", JSON.stringify(options));
});

const BAD_TREES: { readonly [what: string]: Tree } = {
  "no root": [],
  "a first entry that is not the root": [folder("a")],
  "no folder for an entry": [ROOT, file("a/b")],
  "a file as a folder": [ROOT, file("a"), file("a/b")],
  "a folder come back to": [ROOT, folder("a"), folder("b"), file("a/b")],
  "the root twice": [ROOT, ROOT],
  "a path twice": [ROOT, file("a"), file("a")],
  "siblings out of order": [ROOT, file("b"), file("a")],
  "a name of 256 bytes": [ROOT, file("n".repeat(256))],
  "a name above 255 bytes in UTF-8": [ROOT, file("ü".repeat(128))],
  "the name ..": [ROOT, folder("a"), file("a/..")],
  "an absolute path": [ROOT, file("/a")],
  "a NUL in a name": [ROOT, file("a\0b")],
  "a hard link to nothing": [ROOT, { ...COMMON, path: "a", kind: "hardlink", target: "b" }],
  "a hard link to a folder": [ROOT, folder("a"), { ...COMMON, path: "b", kind: "hardlink", target: "a" }],
  "lost+found as a file": [ROOT, file("lost+found")],
  "an empty link": [ROOT, link("a", "")],
  "a link target of 4096 bytes": [ROOT, link("a", "x".repeat(4096))],
  "a mode out of range": [ROOT, { ...folder("a"), mode: 0o100644 }],
  "a user id out of range": [ROOT, { ...folder("a"), uid: 2 ** 32 }],
  "a time that is not a number": [ROOT, { ...folder("a"), mtime: Number.NaN }],
  "a device number out of range": [ROOT, { ...COMMON, path: "a", kind: "char", major: 4096, minor: 0 }],
  "data beyond the end": [
    ROOT,
    file("a", { size: 5, ranges: () => [{ offset: 0, length: 6 }], read: () => undefined }),
  ],
  "data out of order": [
    ROOT,
    file("a", {
      size: 9,
      ranges: () => [
        { offset: 5, length: 1 },
        { offset: 1, length: 1 },
      ],
      read: () => undefined,
    }),
  ],
};

for (const [what, tree] of Object.entries(BAD_TREES)) {
  test(`a tree with ${what} is refused`, () => assert.equal(refusal(tree).code, "bad-tree"));
}

test("attributes that ext4 cannot store are refused", () => {
  const withAttribute = (name: string, size: number): Tree => [
    ROOT,
    { ...folder("a"), attributes: new Map([[name, new Uint8Array(size)]]) },
  ];
  assert.equal(refusal(withAttribute("user.", 1)).code, "bad-attribute");
  assert.equal(refusal(withAttribute("system.nfs4_acl", 1)).code, "bad-attribute");
  assert.equal(refusal(withAttribute("system.posix_acl_access", 3)).code, "bad-attribute");
  assert.equal(refusal(withAttribute(`user.${"n".repeat(256)}`, 1)).code, "bad-attribute");
  assert.equal(refusal(withAttribute("user.large", 4096)).code, "attributes-too-large");
});

test("an error of the sink is passed on unchanged", () => {
  const full: Sink = {
    write() {
      throw Object.assign(new Error("no space"), { code: "ENOSPC" });
    },
    copy: () => undefined,
  };
  assert.equal(errorCode(assert.throws(() => writeExt4(planExt4([ROOT], OPTIONS), full, OPTIONS))), "ENOSPC");
});
