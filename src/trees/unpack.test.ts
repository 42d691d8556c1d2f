import { concatBytes } from "../base/bytes.ts";
import { Bq2Error } from "../base/error.ts";
import { assert, test } from "../base/testing.ts";
import { decodeUtf8, encodeUtf8 } from "../base/text.ts";
import { encodeHeader } from "../formats/tar/header.ts";
import { failingFiles } from "../platform/failing.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import { compressionOf, type UnpackOptions, unpackArchive } from "./unpack.ts";

type Header = Parameters<typeof encodeHeader>[2];

const TYPES = { file: "0", hardlink: "1", symlink: "2", char: "3", folder: "5", fifo: "6" } as const;

/** One member of an archive, as its bytes. */
function member(
  kind: keyof typeof TYPES,
  name: string,
  rest: Header & { readonly text?: string } = {},
): Uint8Array {
  const { text = "", ...values } = rest;
  const body = encodeUtf8(text);
  const bytes = new Uint8Array(512 + Math.ceil(body.length / 512) * 512);
  const mode = kind === "folder" ? 0o755 : 0o644;
  encodeHeader(bytes, 0, { mode, mtime: 1000, name, type: TYPES[kind], size: body.length, ...values });
  bytes.set(body, 512);
  return bytes;
}

async function unpack(members: readonly Uint8Array[], options: UnpackOptions = {}) {
  const platform = memoryPlatform();
  platform.files.writeFile("/a.tar", concatBytes([...members, new Uint8Array(1024)]));
  platform.files.makeFolder("/etc");
  platform.files.writeFile("/etc/passwd", encodeUtf8("untouched"));
  await unpackArchive(platform, { archive: "/a.tar", target: "/out/tree", ...options });
  return platform.files;
}

/** The archive is refused with this code, and nothing is left of it. */
async function refused(
  members: readonly Uint8Array[],
  code: string,
  options: UnpackOptions = {},
): Promise<void> {
  const platform = memoryPlatform();
  const { files } = platform;
  files.writeFile("/a.tar", concatBytes([...members, new Uint8Array(1024)]));
  files.makeFolder("/etc");
  files.writeFile("/etc/passwd", encodeUtf8("untouched"));
  const request = { archive: "/a.tar", target: "/out/tree", ...options };
  const error = await assert.rejects(() => unpackArchive(platform, request));
  assert.ok(error instanceof Bq2Error, `a Bq2Error was wanted, found ${error.stack}`);
  assert.equal(error.code, code, error.message);
  assert.equal(files.list("/out"), []);
  assert.equal(files.list("/etc"), ["passwd"]);
  assert.equal(decodeUtf8(files.readFile("/etc/passwd")), "untouched");
}

test("files, folders, links, modes and times are unpacked", async () => {
  const files = await unpack([
    member("folder", "./", { mode: 0o750, mtime: 5 }),
    member("folder", "./bin", { mode: 0o555, mtime: 6 }),
    member("file", "./bin/x", { mode: 0o4751, text: "run me" }),
    member("hardlink", "./y", { linkName: "./bin/x" }),
    member("symlink", "./s", { linkName: "bin/x" }),
    member("file", "deep/er/file", { text: "" }),
  ]);
  const facts = (path: string) => {
    const { kind, mode, mtime } = files.status(`/out/tree/${path}`) ?? {};
    return `${kind} ${mode?.toString(8)} ${mtime}`;
  };
  assert.equal(["", "bin", "bin/x", "deep", "deep/er", "deep/er/file"].map(facts), [
    "folder 750 5",
    "folder 555 6",
    "file 4751 1000",
    "folder 755 1000",
    "folder 755 1000",
    "file 644 1000",
  ]);
  assert.equal(files.status("/out/tree/y")?.identity, files.status("/out/tree/bin/x")?.identity);
  assert.equal(files.readLink("/out/tree/s"), "bin/x");
  assert.equal(files.status("/out/tree/s")?.mtime, 1000);
  assert.equal(files.list("/out"), ["tree"]);
});

const end = new Uint8Array(1024);

/** An archive that contains another one at `wrap/pkg.tar`, as its bytes. */
function nested(inner: readonly Uint8Array[]): Uint8Array {
  const archive = concatBytes([...inner, end]);
  const text = String.fromCharCode(...archive); // members here are ASCII
  return concatBytes([
    member("file", "wrap/beside", { text: "not wanted" }),
    member("file", "wrap/pkg.tar", { text }),
    end,
  ]);
}

test("an archive within an archive is unpacked", async () => {
  const platform = memoryPlatform();
  const { files } = platform;
  files.writeFile("/a.tar", nested([member("file", "pkg-1.0/x", { text: "x" })]));
  const request = { archive: "/a.tar", target: "/out/tree", stripComponents: 1 };
  await unpackArchive(platform, { ...request, inner: "wrap/pkg.tar" });
  assert.equal(files.list("/out/tree"), ["x"]);
  assert.equal(files.list("/out"), ["tree"]);
});

test("a missing or damaged inner archive is refused, and nothing is left of it", async () => {
  const platform = memoryPlatform();
  const { files } = platform;
  files.writeFile("/a.tar", nested([member("file", "../x")]));
  for (const [inner, code] of [
    ["wrap/other.tar", "damaged-archive"],
    ["wrap/pkg.tar", "hostile-archive"],
  ] as const) {
    const error = await assert.rejects(() =>
      unpackArchive(platform, { archive: "/a.tar", target: "/out/tree", inner }),
    );
    assert.ok(error instanceof Bq2Error, `a Bq2Error was wanted, found ${error.stack}`);
    assert.equal(error.code, code, error.message);
    assert.equal(files.list("/out"), []);
  }
});

test("leading names are stripped, members renamed or left out", async () => {
  const rename = (path: string) => (path.startsWith("doc") ? undefined : path.replace(/^bin\//, "usr/bin/"));
  const files = await unpack(
    [
      member("folder", "pkg-1.0/"),
      member("file", "pkg-1.0/bin/x", { text: "x" }),
      member("file", "pkg-1.0/doc/y", { text: "y" }),
      member("hardlink", "pkg-1.0/z", { linkName: "pkg-1.0/bin/x" }),
      member("file", "top", { text: "not in the folder" }),
    ],
    { stripComponents: 1, rename },
  );
  assert.equal(files.list("/out/tree"), ["usr", "z"]);
  assert.equal(files.status("/out/tree")?.mode, 0o755);
  assert.equal(decodeUtf8(files.readFile("/out/tree/z")), "x");
  assert.equal(files.list("/out/tree/usr/bin"), ["x"]);
});

test("a later member of the same name wins and leaves other names alone", async () => {
  const files = await unpack([
    member("file", "a", { text: "old" }),
    member("hardlink", "b", { linkName: "a" }),
    member("file", "a", { text: "new" }),
    member("symlink", "b2", { linkName: "a" }),
    member("file", "b2", { text: "no longer a link" }),
  ]);
  const text = (path: string) => decodeUtf8(files.readFile(`/out/tree/${path}`));
  assert.equal(["a", "b", "b2"].map(text), ["new", "old", "no longer a link"]);
});

test("members go through links that stay within", async () => {
  const files = await unpack([
    member("folder", "usr/lib"),
    member("symlink", "lib", { linkName: "usr/lib" }),
    member("symlink", "lib2", { linkName: "./lib/../usr/lib" }),
    member("folder", "lib/"),
    member("file", "lib/x", { text: "x" }),
    member("file", "lib2/y", { text: "y" }),
  ]);
  assert.equal(files.list("/out/tree/usr/lib"), ["x", "y"]);
  assert.equal(files.readLink("/out/tree/lib"), "usr/lib");
});

test("links that lead out through other links are refused, in any order", async () => {
  const deep = member("symlink", "p/q/l", { linkName: "../.." });
  await refused([deep, member("symlink", "p/q/l/out", { linkName: "../canary" })], "hostile-archive");
  const here = member("symlink", "b", { linkName: "." });
  for (const target of ["b/../canary", "./b/./..//canary", "x/../b/../canary"]) {
    const out = member("symlink", "out", { linkName: target });
    await refused([here, out], "hostile-archive");
    await refused([out, here], "hostile-archive");
  }
  const within = [
    member("symlink", "a/b", { linkName: "../c/d" }),
    member("symlink", "l", { linkName: "a/b/../e" }),
  ];
  const files = await unpack([member("folder", "c/d"), ...within]);
  assert.equal(files.readLink("/out/tree/l"), "a/b/../e");
});

test("names nested deeper than Linux allows are refused at once", async () => {
  const deep = "d/".repeat(50_000);
  const longName = member("file", "././@LongLink", { type: "L", text: `${deep}\0` });
  await refused([longName, member("file", "cut")], "hostile-archive");
});

const LINK_OUT = { outsideLinks: "keep" } as const;

test("names and links that lead out are refused", async () => {
  await refused([member("file", "../x")], "hostile-archive");
  await refused([member("file", "a/../../x")], "hostile-archive");
  await refused([member("file", "/etc/passwd", { text: "owned" })], "hostile-archive");
  await refused([member("folder", "a/..")], "hostile-archive");
  await refused([member("symlink", "l", { linkName: "/etc" })], "hostile-archive");
  await refused([member("symlink", "a/l", { linkName: "../../etc" })], "hostile-archive");
  await refused([member("hardlink", "l", { linkName: "/etc/passwd" })], "hostile-archive");
  await refused([member("hardlink", "l", { linkName: "../../etc/passwd" })], "hostile-archive");
  await refused([member("hardlink", "l", { linkName: "missing" })], "hostile-archive");
});

test("nothing is written or linked through a link that leads out", async () => {
  const absolute = member("symlink", "l", { linkName: "/etc" });
  const above = member("symlink", "d/l", { linkName: "../../../etc" });
  await refused([absolute, member("file", "l/passwd", { text: "owned" })], "hostile-archive", LINK_OUT);
  await refused([absolute, member("folder", "l")], "hostile-archive", LINK_OUT);
  await refused([above, member("file", "d/l/passwd")], "hostile-archive", LINK_OUT);
  await refused([absolute, member("hardlink", "h", { linkName: "l/passwd" })], "hostile-archive", LINK_OUT);
  // A link that is harmless when it is checked, and is replaced afterwards.
  await refused(
    [
      member("folder", "safe"),
      member("symlink", "l", { linkName: "safe" }),
      member("file", "l/x"),
      absolute,
      member("file", "l/passwd", { text: "owned" }),
    ],
    "hostile-archive",
    LINK_OUT,
  );
  // A file behind a final link: the link itself is replaced, what it points at is not touched.
  const files = await unpack(
    [member("symlink", "p", { linkName: "/etc/passwd" }), member("file", "p", { text: "own" })],
    LINK_OUT,
  );
  assert.equal(decodeUtf8(files.readFile("/etc/passwd")), "untouched");
  assert.equal(files.status("/out/tree/p")?.kind, "file");
});

test("loops of links, and files where folders must be, are refused", async () => {
  const loop = [member("symlink", "a", { linkName: "b" }), member("symlink", "b", { linkName: "a" })];
  await refused([...loop, member("file", "a/x")], "hostile-archive");
  await refused([member("file", "a"), member("file", "a/x")], "hostile-archive");
  await refused([member("file", "a/x"), member("file", "a")], "hostile-archive");
  await refused([member("folder", "a"), member("symlink", "a", { linkName: "b" })], "hostile-archive");
  await refused([member("file", ".")], "hostile-archive");
});

test("special files are refused, or left out", async () => {
  const device = member("char", "dev/sda", { major: 8 });
  await refused([device], "hostile-archive");
  await refused([member("fifo", "pipe")], "hostile-archive");
  const files = await unpack([device, member("fifo", "pipe"), member("file", "x")], { devices: "skip" });
  assert.equal(files.list("/out/tree"), ["x"]);
});

test("archives larger than allowed are refused before they are written", async () => {
  const limits = { totalBytes: 10, members: 2 };
  await refused(
    [member("file", "a", { text: "123456" }), member("file", "b", { text: "123456" })],
    "archive-too-large",
    { limits },
  );
  await refused([member("file", "a"), member("file", "b"), member("file", "c")], "archive-too-large", {
    limits,
  });
});

test("truncated archives leave nothing", async () => {
  await refused([member("file", "a", { text: "x".repeat(3000) }).subarray(0, 1024)], "damaged-archive");
  await refused([encodeUtf8("<html>".repeat(300))], "damaged-archive");
});

test("a full disk leaves nothing, and says which file", async () => {
  const platform = memoryPlatform();
  platform.files.writeFile("/a.tar", concatBytes([member("file", "a", { text: "x" }), new Uint8Array(1024)]));
  const files = failingFiles(platform.files, [{ operation: "write", call: 1, code: "ENOSPC" }]);
  const request = { archive: "/a.tar", target: "/out/tree" };
  const error = await assert.rejects(() => unpackArchive({ ...platform, files }, request), /no space/);
  assert.equal((error as Bq2Error).code, "ENOSPC");
  assert.equal(platform.files.list("/out"), []);
});

test("what a killed run left is replaced, an existing target is not", async () => {
  const platform = memoryPlatform();
  const { files } = platform;
  files.writeFile("/a.tar", concatBytes([member("file", "a"), new Uint8Array(1024)]));
  files.makeFolder("/tree.partial");
  files.writeFile("/tree.partial/half", encodeUtf8("half"));
  await unpackArchive(platform, { archive: "/a.tar", target: "/tree" });
  assert.equal(files.list("/tree"), ["a"]);
  const error = await assert.rejects(() => unpackArchive(platform, { archive: "/a.tar", target: "/tree" }));
  assert.equal((error as Bq2Error).code, "target-exists");
});

test("the compression is recognized by the name", () => {
  const names = ["a.tar", "b-1.0.tar.gz", "c.tgz", "d.tar.xz", "e.tar.bz2", "data.tar.zst"];
  assert.equal(names.map(compressionOf), ["none", "gzip", "gzip", "xz", "bzip2", "zstd"]);
  assert.equal((assert.throws(() => compressionOf("x.zip")) as Bq2Error).code, "unknown-archive");
});
