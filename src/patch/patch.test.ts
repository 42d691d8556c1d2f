import { Bq2Error } from "../base/error.ts";
import { assert, test } from "../base/testing.ts";
import { decodeUtf8, encodeUtf8 } from "../base/text.ts";
import { failingFiles } from "../platform/failing.ts";
import { type MemoryPlatform, memoryPlatform } from "../platform/memory/platform.ts";
import { applyPatchToTree, type PatchRequest } from "./patch.ts";

type Contents = { readonly [path: string]: string };

const FOLDER = "/src";

function platformWith(contents: Contents): MemoryPlatform {
  const platform = memoryPlatform();
  platform.files.makeFolder(FOLDER);
  for (const [path, text] of Object.entries(contents)) {
    const names = path.split("/");
    for (let i = 1; i < names.length; i++) {
      const folder = `${FOLDER}/${names.slice(0, i).join("/")}`;
      if (platform.files.status(folder) === undefined) platform.files.makeFolder(folder);
    }
    platform.files.writeFile(`${FOLDER}/${path}`, encodeUtf8(text), 0o644);
  }
  return platform;
}

function contentsOf({ files }: MemoryPlatform, folder = FOLDER, below = ""): Contents {
  const found = files.list(folder).map((name): Contents => {
    const status = files.status(`${folder}/${name}`);
    if (status?.kind === "folder")
      return contentsOf({ files } as MemoryPlatform, `${folder}/${name}`, `${below}${name}/`);
    return { [`${below}${name}`]: decodeUtf8(files.readFile(`${folder}/${name}`)) };
  });
  return Object.assign({}, ...found);
}

function apply(platform: MemoryPlatform, patch: string, options: Partial<PatchRequest> = {}) {
  return applyPatchToTree(platform, {
    patch: encodeUtf8(patch),
    folder: FOLDER,
    name: "x.patch",
    ...options,
  });
}

/** The files of the tree afterwards. */
function patched(contents: Contents, patch: string, options: Partial<PatchRequest> = {}): Contents {
  const platform = platformWith(contents);
  apply(platform, patch, options);
  return contentsOf(platform);
}

/** The patch is refused with this code and nothing is changed. */
function refused(contents: Contents, patch: string, code: string, pattern?: RegExp): void {
  const platform = platformWith(contents);
  const error = assert.throws(() => apply(platform, patch), pattern);
  assert.ok(error instanceof Bq2Error, `a Bq2Error was wanted, found ${error.stack}`);
  assert.equal(error.code, code, error.message);
  assert.match(error.message, /^x\.patch: /);
  assert.equal(contentsOf(platform), contents);
}

const CHANGE = "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n";
const lines = (...names: readonly string[]) => names.map((name) => `${name}\n`).join("");

test("a change, among other text", () => {
  const mail = `From: someone\nSubject: two\n\n---\n f | 2 +-\n\nIndex: f\n====\n${CHANGE}-- \n2.39.0\n`;
  assert.equal(patched({ f: lines("one", "two", "three") }, mail), { f: lines("one", "2", "three") });
});

test("offsets and fuzz are found and reported", () => {
  const platform = platformWith({ f: lines("zero", "zero", "one", "two", "other", "four") });
  const report = apply(platform, CHANGE);
  assert.equal(report, [{ path: "f", change: "changed", hunks: [{ line: 3, offset: 2, fuzz: 1 }] }]);
  assert.equal(contentsOf(platform), { f: lines("zero", "zero", "one", "2", "other", "four") });
  const strict = platformWith({ f: lines("one", "two", "other") });
  assert.throws(() => apply(strict, CHANGE, { fuzz: 0 }), /does not fit/);
});

test("the search for a hunk starts where the one before was found", () => {
  const patch = "--- a/f\n+++ b/f\n@@ -1,1 +1,1 @@\n-a\n+A\n@@ -3,1 +3,1 @@\n-a\n+B\n";
  assert.equal(patched({ f: lines("x", "x", "a", "a", "a", "a") }, patch), {
    f: lines("x", "x", "A", "a", "B", "a"),
  });
});

test("files are created and deleted, with their folders and modes", () => {
  const patch =
    "diff --git a/old/x b/old/x\ndeleted file mode 100644\nindex 1..0\n--- a/old/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-bye\n" +
    "diff --git a/new/y b/new/y\nnew file mode 100755\nindex 0..1\n--- /dev/null\n+++ b/new/y\n@@ -0,0 +1 @@\n+hello\n" +
    "diff --git a/empty b/empty\nnew file mode 100644\nindex 0000000..e69de29\n";
  const platform = platformWith({ "old/x": "bye\n", keep: "k" });
  assert.equal(
    apply(platform, patch).map(({ path, change }) => `${change} ${path}`),
    ["deleted old/x", "created new/y", "created empty"],
  );
  assert.equal(contentsOf(platform), { empty: "", keep: "k", "new/y": "hello\n" });
  assert.equal(platform.files.status(`${FOLDER}/new/y`)?.mode, 0o755);
  assert.equal(platform.files.status(`${FOLDER}/empty`)?.mode, 0o644);
  assert.equal(platform.files.status(`${FOLDER}/old`), undefined);
});

test("a time at the epoch means that there is no file", () => {
  const patch =
    "--- a/new\t1970-01-01 01:00:00.000000000 +0100\n+++ b/new\t2020-02-02 02:02:02 +0000\n@@ -0,0 +1 @@\n+x\n";
  assert.equal(patched({}, patch), { new: "x\n" });
  refused({ new: "there\n" }, patch, "patch-already-applied");
});

test("git's renames, copies and modes", () => {
  const rename =
    "diff --git a/a b/d/b\nsimilarity index 90%\nrename from a\nrename to d/b\n--- a/a\n+++ b/d/b\n@@ -1 +1 @@\n-x\n+y\n";
  assert.equal(patched({ a: "x\n" }, rename), { "d/b": "y\n" });
  refused({ "d/b": "y\n" }, rename, "patch-already-applied");
  refused({ a: "x\n", "d/b": "other\n" }, rename, "patch-failed");
  const copy = "diff --git a/a b/b\nsimilarity index 100%\ncopy from a\ncopy to b\n";
  assert.equal(patched({ a: "x\n" }, copy), { a: "x\n", b: "x\n" });
  const platform = platformWith({ a: "x\n" });
  apply(platform, "diff --git a/a b/a\nold mode 100644\nnew mode 100755\n");
  assert.equal(platform.files.status(`${FOLDER}/a`)?.mode, 0o755);
});

test("line ends: missing ones, CRLF in files, CRLF in patches", () => {
  const open =
    "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n";
  assert.equal(patched({ f: "a\nb" }, open), { f: "a\nc" });
  refused({ f: "a\nb\n" }, open, "patch-failed");
  const crlfFile = "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\r\n+b\r\n";
  assert.equal(patched({ f: "a\r\n" }, crlfFile), { f: "b\r\n" });
  assert.equal(patched({ f: "one\ntwo\nthree\n" }, CHANGE.replaceAll("\n", "\r\n")), {
    f: "one\n2\nthree\n",
  });
  const error = assert.throws(() => apply(platformWith({ f: "one\r\ntwo\r\nthree\r\n" }), CHANGE));
  assert.match((error as Bq2Error).hint ?? "", /line ends differ/);
});

test("bytes of any encoding are kept", () => {
  const platform = platformWith({});
  platform.files.writeFile(`${FOLDER}/f`, Uint8Array.of(0xff, 0x0a, 0x00, 0x0a));
  const patch = Uint8Array.from([
    ...encodeUtf8("--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n-"),
    0xff,
    0x0a,
    0x2b,
    0xfe,
    0x0a,
    0x20,
    0x00,
    0x0a,
  ]);
  applyPatchToTree(platform, { patch, folder: FOLDER, name: "x" });
  assert.equal(platform.files.readFile(`${FOLDER}/f`), Uint8Array.of(0xfe, 0x0a, 0x00, 0x0a));
});

test("quoted names, names with spaces, stripped folders", () => {
  const hunk = "@@ -1 +1 @@\n-x\n+y\n";
  assert.equal(patched({ é: "x\n" }, `--- "a/\\303\\251"\n+++ "b/\\303\\251"\n${hunk}`), { é: "y\n" });
  assert.equal(patched({ "a b": "x\n" }, `--- a/a b\t2020-01-01\n+++ b/a b\t2020-01-01\n${hunk}`), {
    "a b": "y\n",
  });
  assert.equal(patched({ f: "x\n" }, `--- f\n+++ f\n${hunk}`, { strip: 0 }), { f: "y\n" });
  assert.equal(patched({ f: "x\n" }, `--- p-1//src/f\n+++ p-2/src/f\n${hunk}`, { strip: 2 }), { f: "y\n" });
  assert.equal(patched({ "f.c": "x\n" }, `--- a/f.c.orig\n+++ b/f.c\n${hunk}`), { "f.c": "y\n" });
});

test("several patches of one file build on each other", () => {
  const second = "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n one\n-2\n+II\n three\n";
  assert.equal(patched({ f: lines("one", "two", "three") }, CHANGE + second), {
    f: lines("one", "II", "three"),
  });
});

test("a patch that is already applied is reported as such", () => {
  refused({ f: lines("one", "2", "three") }, CHANGE, "patch-already-applied", /already applied/);
  refused({}, "--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n", "patch-already-applied");
});

test("a hunk that does not fit names file, hunk, line and what was wanted; nothing is changed", () => {
  const contents = { g: "x\n", f: lines("one", "zwei", "three") };
  const good = "--- a/g\n+++ b/g\n@@ -1 +1 @@\n-x\n+y\n";
  const message =
    /Cannot patch f: hunk 1 of 1 \(line 8 of the patch\) does not fit; at line 2 wanted "two", found "zwei"/;
  refused(contents, good + CHANGE, "patch-failed", message);
  refused({ f: lines("one") }, CHANGE, "patch-failed", /wanted "two", found nothing/);
  refused({ other: "x" }, CHANGE, "patch-failed", /looked for f and f|looked for f/);
  refused(
    { f: "x\nmore\n" },
    "--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n",
    "patch-failed",
    /1 lines would be left/,
  );
});

test("names that leave the tree are refused", () => {
  const hunk = "@@ -0,0 +1 @@\n+owned\n";
  for (const name of ["a/../../etc/x", "a//../x", "a/b/../../../x"]) {
    refused({ f: "" }, `--- /dev/null\n+++ ${name}\n${hunk}`, "patch-unsafe");
  }
  const absolute = platformWith({});
  assert.throws(
    () => apply(absolute, `--- /dev/null\n+++ /etc/x\n${hunk}`, { strip: 0 }),
    /leads out of the tree/,
  );
  const rename = "diff --git a/f b/../x\nrename from f\nrename to ../x\n";
  assert.throws(() => apply(platformWith({ f: "x" }), rename));
  const linked = platformWith({ f: "" });
  linked.files.makeFolder("/etc");
  linked.files.symlink("/etc", `${FOLDER}/link`);
  assert.throws(() => apply(linked, `--- /dev/null\n+++ b/link/x\n${hunk}`), /leads out of the tree/);
  assert.equal(linked.files.list("/etc"), []);
  const target = platformWith({});
  target.files.writeFile("/secret", encodeUtf8("one\ntwo\nthree\n"));
  target.files.symlink("/secret", `${FOLDER}/f`);
  assert.throws(() => apply(target, CHANGE), /symlink, not a file/);
});

/** A patch that creates the file `path`. */
const creation = (path: string) => `--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+owned\n`;

test("a link whose target the same patch creates leads no further than others", () => {
  const dangling = (target: string) => {
    const platform = platformWith({ f: "x\n" });
    platform.files.makeFolder("/out");
    platform.files.symlink(target, `${FOLDER}/d`);
    return platform;
  };
  const rename = "diff --git a/f b/d/x\nsimilarity index 100%\nrename from f\nrename to d/x\n";
  for (const last of [creation("d/x"), rename, creation("d/deep/x")]) {
    const platform = dangling("sub/../../out");
    const error = assert.throws(() => apply(platform, creation("sub/f") + last), /leads out of the tree/);
    assert.equal((error as Bq2Error).code, "patch-unsafe");
    assert.equal([platform.files.list("/out"), platform.files.list(FOLDER)], [[], ["d", "f"]]);
    const alone = assert.throws(() => apply(dangling("sub/../../out"), last), /leads nowhere/);
    assert.equal((alone as Bq2Error).code, "patch-unsafe");
  }
  const within = dangling("sub");
  apply(within, creation("sub/f") + creation("d/x"));
  assert.equal(within.files.list(`${FOLDER}/sub`), ["f", "x"]);
});

test("two paths to one file are one file", () => {
  const platform = platformWith({ "sub/f": lines("one", "two", "three") });
  platform.files.symlink("sub", `${FOLDER}/d`);
  apply(
    platform,
    CHANGE.replaceAll("/f", "/d/f") + CHANGE.replace("-two\n+2", "-2\n+II").replaceAll("/f", "/sub/f"),
  );
  assert.equal(decodeUtf8(platform.files.readFile(`${FOLDER}/sub/f`)), lines("one", "II", "three"));
});

test("malformed and unsupported patches say where", () => {
  const f = { f: lines("one", "two", "three") };
  refused(f, "no patch at all\n", "patch-malformed", /no unified diff/);
  refused(f, CHANGE.replace("-1,3", "-x,3"), "patch-malformed", /line 3/);
  refused(f, CHANGE.replace("-1,3 +1,3", "-1,9 +1,9"), "patch-malformed", /ends within a hunk/);
  refused(f, CHANGE.replace("-1,3 +1,3", "-1,1 +1,3"), "patch-malformed");
  refused(
    f,
    CHANGE.replace("-two\n+2\n", " two\n").replaceAll("1,3", "1,3"),
    "patch-malformed",
    /changes nothing/,
  );
  refused(f, CHANGE.replace("-two", "*two"), "patch-malformed", /line 5/);
  refused(f, "*** a/f\n--- b/f\n***************\n*** 1,3 ****\n", "patch-unsupported", /context diff/);
  refused(
    f,
    "diff --git a/f b/f\nindex 1..2 100644\nGIT binary patch\nliteral 1\n",
    "patch-unsupported",
    /binary/,
  );
  refused(
    f,
    "diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+x\n",
    "patch-unsupported",
  );
  assert.equal(patched(f, ""), f);
});

test("a full disk leaves each file old or new, never half", () => {
  const platform = platformWith({ f: lines("one", "two", "three") });
  const files = failingFiles(platform.files, [{ operation: "write", call: 1, code: "ENOSPC" }]);
  const request = { patch: encodeUtf8(CHANGE), folder: FOLDER, name: "x" };
  const error = assert.throws(() => applyPatchToTree({ files }, request));
  assert.equal((error as Bq2Error).code, "ENOSPC");
  assert.equal(contentsOf(platform), { f: lines("one", "two", "three") });
});
