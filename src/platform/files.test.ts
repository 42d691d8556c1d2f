import { assert, test } from "../base/testing.ts";
import { encodeUtf8 } from "../base/text.ts";
import { copyFile, copyTree, moveTree } from "./copy.ts";
import { failingFiles } from "./failing.ts";
import { makeFolders, readText, removeTree, sha256File, walk, writeFileAtomic } from "./files.ts";
import { memoryPlatform } from "./memory/platform.ts";
import type { Files } from "./platform.ts";
import { testBulk } from "./test-bulk.ts";

const codeOf = (body: () => unknown): unknown =>
  (assert.throws(body) as Error & { readonly code?: unknown }).code;

function names(files: Files, root: string): string[] {
  return Array.from(walk(files, root), ({ path }) => path);
}

test("makeFolders makes what is missing, goes through links, refuses files", () => {
  const { files } = memoryPlatform();
  makeFolders(files, "/a/b/c");
  makeFolders(files, "/a/b/c");
  files.symlink("/a", "/link");
  makeFolders(files, "/link/x/y");
  assert.equal(files.status("/a/x/y")?.kind, "folder");
  files.writeFile("/a/file", new Uint8Array());
  assert.equal(
    codeOf(() => makeFolders(files, "/a/file")),
    "EEXIST",
  );
  assert.equal(
    codeOf(() => makeFolders(files, "/a/file/below")),
    "EEXIST",
  );
});

test("makeFolders tolerates that another process makes the folder first", () => {
  const { files } = memoryPlatform();
  const racing: Files = {
    ...files,
    makeFolder(path, permissions) {
      files.makeFolder(path, permissions);
      files.makeFolder(path, permissions); // EEXIST, as if another had made it just before
    },
  };
  makeFolders(racing, "/a/b");
  assert.equal(files.status("/a/b")?.kind, "folder");
});

test("removeTree opens closed folders, does not follow links, and accepts a missing path", () => {
  const { files } = memoryPlatform({ host: { uid: 1000, gid: 1000 } });
  makeFolders(files, "/kept");
  files.writeFile("/kept/file", new Uint8Array());
  makeFolders(files, "/tree/closed/inner");
  files.symlink("/kept", "/tree/link");
  files.writeFile("/tree/closed/inner/file", new Uint8Array());
  for (const path of ["/tree/closed/inner", "/tree/closed", "/tree"]) files.setMode(path, 0o000);
  removeTree(files, "/tree");
  removeTree(files, "/tree");
  assert.equal(names(files, "/"), ["kept", "kept/file"]);
  files.symlink("/kept", "/link");
  removeTree(files, "/link");
  assert.equal(names(files, "/"), ["kept", "kept/file"]);
});

test("removeTree tolerates what others remove and add meanwhile, and reports other failures", () => {
  const { files } = memoryPlatform();
  makeFolders(files, "/tree/sub");
  files.writeFile("/tree/file", new Uint8Array());
  let adds = 1;
  const racing: Files = {
    ...files,
    removeFile(path) {
      files.removeFile(path);
      files.removeFile(path); // ENOENT, as if another had removed it just before
    },
    removeFolder(path) {
      if (adds-- > 0) files.writeFile(`${path}/late`, new Uint8Array());
      files.removeFolder(path);
    },
  };
  removeTree(racing, "/tree");
  assert.equal(files.status("/tree"), undefined);

  makeFolders(files, "/other");
  const failing = failingFiles(files, [{ operation: "removeFolder", call: 1, code: "EBUSY" }]);
  assert.equal(
    codeOf(() => removeTree(failing, "/other")),
    "EBUSY",
  );
});

test("writeFileAtomic keeps the old file intact through every failure", () => {
  for (const operation of ["open", "write", "fsync", "close", "rename"] as const) {
    const { files: plain } = memoryPlatform();
    writeFileAtomic(plain, "/state", "old");
    const files = failingFiles(plain, [{ operation, call: 1, code: "ENOSPC" }]);
    assert.equal(
      codeOf(() => writeFileAtomic(files, "/state", "new")),
      "ENOSPC",
      operation,
    );
    assert.equal(readText(plain, "/state"), "old", operation);
    if (operation !== "close") assert.equal(plain.list("/"), ["state"], operation);
    writeFileAtomic(plain, "/state", "newer", 0o600);
    assert.equal([readText(plain, "/state"), plain.status("/state")?.mode], ["newer", 0o600]);
  }
});

test("walk lists a folder before its contents, siblings in byte order", () => {
  const { files } = memoryPlatform();
  for (const path of ["/t/b/x", "/t/a.b", "/t/a", "/t/\udc80", "/t/é"]) makeFolders(files, path);
  files.symlink("/t", "/t/a/loop");
  assert.equal(names(files, "/t"), ["a", "a/loop", "a.b", "b", "b/x", "\udc80", "é"]);
});

test("sha256File hashes the whole file", () => {
  const platform = memoryPlatform({ bulk: testBulk() });
  platform.files.writeFile("/file", encodeUtf8("abc"));
  assert.equal(
    sha256File(platform, "/file"),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

/** A tree with modes, times, links, holes and attributes. */
function makeSample(files: Files): void {
  makeFolders(files, "/from/sub");
  const fd = files.open("/from/sparse", "update");
  files.write(fd, encodeUtf8("end"), 1 << 20);
  files.close(fd);
  files.setAttribute("/from/sparse", "user.note", Uint8Array.of(7));
  files.setMode("/from/sparse", 0o4751);
  files.link("/from/sparse", "/from/sub/again");
  files.symlink("../nowhere", "/from/sub/link");
  files.writeFile("/from/sub/read-only", encodeUtf8("x"), 0o444);
  for (const path of ["sparse", "sub/link", "sub/read-only", "sub", ""]) files.setTime(`/from/${path}`, -1.5);
  files.setMode("/from/sub", 0o555);
}

function checkSample(files: Files, root: string): void {
  assert.equal(names(files, root), ["sparse", "sub", "sub/again", "sub/link", "sub/read-only"]);
  const sparse = files.status(`${root}/sparse`);
  assert.equal([sparse?.mode, sparse?.size, sparse?.linkCount], [0o4751, (1 << 20) + 3, 2]);
  assert.ok((sparse?.allocated ?? 1e9) < 10_000);
  assert.equal(sparse?.identity, files.status(`${root}/sub/again`)?.identity);
  assert.equal([...files.attributes(`${root}/sparse`)], [["user.note", Uint8Array.of(7)]]);
  assert.equal(files.readLink(`${root}/sub/link`), "../nowhere");
  assert.equal(files.status(`${root}/sub`)?.mode, 0o555);
  for (const path of ["", "/sparse", "/sub", "/sub/link", "/sub/read-only"]) {
    assert.equal(files.status(`${root}${path}`)?.mtime, -1.5, path);
  }
}

test("copyTree keeps modes, times, holes, attributes and hard links", () => {
  const { files } = memoryPlatform();
  makeSample(files);
  copyTree(files, "/from", "/to");
  checkSample(files, "/to");
  checkSample(files, "/from");
  assert.equal(
    codeOf(() => copyTree(files, "/absent", "/x")),
    "ENOENT",
  );
  assert.equal(
    codeOf(() => copyFile(files, "/from/sub/link", "/x")),
    "unsupported-kind",
  );
});

test("moveTree renames; across file systems it copies everything or nothing", () => {
  const { files } = memoryPlatform();
  makeSample(files);
  moveTree(files, "/from", "/moved");
  checkSample(files, "/moved");
  assert.equal(files.status("/from"), undefined);
  makeFolders(files, "/taken");
  assert.equal(
    codeOf(() => moveTree(files, "/moved", "/taken")),
    "EEXIST",
  );

  const across = (call: number): Files =>
    failingFiles(files, [
      { operation: "rename", path: "/moved", call: 1, code: "EXDEV" },
      { operation: "copyRange", call, code: "ENOSPC" },
    ]);
  assert.equal(
    codeOf(() => moveTree(across(2), "/moved", "/far")),
    "ENOSPC",
  );
  checkSample(files, "/moved");
  assert.equal(files.list("/"), ["moved", "taken"]);
  moveTree(across(99), "/moved", "/far");
  checkSample(files, "/far");
  assert.equal(files.list("/"), ["far", "taken"]);
});
