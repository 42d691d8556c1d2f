import { assert, test } from "../../base/testing.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { type ManifestEntry, manifestOf } from "../../kept/manifest.ts";
import { makeFolders } from "../../platform/files.ts";
import { folderTree } from "../../trees/folder-tree.ts";
import { OpenFiles } from "../../trees/open-files.ts";
import { testPlatform } from "../context/test-context.ts";
import { openStore } from "./store.ts";

const KEY = "a".repeat(64);
const OTHER_KEY = "b".repeat(64);

function place() {
  const platform = testPlatform();
  const { files } = platform;
  const reported: string[] = [];
  /** A store as another run would open it, with nothing checked yet. */
  const open = () => openStore({ ...platform }, "/cache/store", (line) => void reported.push(line));
  const output = (folder: string): ManifestEntry[] => {
    makeFolders(files, folder);
    files.writeFile(`${folder}/x`, encodeUtf8("good"));
    const tree = folderTree(files, new OpenFiles(files), folder, { owners: "root", times: 0 });
    platform.clock.advance(10);
    return manifestOf(platform, tree, {});
  };
  return { platform, files, reported, open, output };
}

test("an added output is found by its key, and its tree was moved", () => {
  const { files, open, output } = place();
  const store = open();
  assert.equal(store.find(KEY), undefined);
  const manifest = output("/out");
  const digest = store.add(KEY, "one/a", "/out", manifest);
  for (const each of [store, open()]) {
    assert.equal(each.find(KEY), digest);
    assert.equal(each.manifestOf(digest), manifest);
    assert.equal(files.list(each.treeOf(digest)), ["x"]);
  }
  assert.equal(files.status("/out"), undefined);
});

test("equal outputs of two keys are kept once", () => {
  const { files, open, output } = place();
  const store = open();
  const first = store.add(KEY, "one/a", "/out", output("/out"));
  assert.equal(store.add(OTHER_KEY, "one/b", "/again", output("/again")), first);
  assert.equal(files.status("/again"), undefined);
  assert.equal(files.list("/cache/store/outputs"), [first]);
});

test("a changed output is reported, set aside and no longer found", () => {
  const { files, reported, open, output } = place();
  const digest = open().add(KEY, "one/a", "/out", output("/out"));
  const path = `/cache/store/outputs/${digest}/x`;
  const mtime = files.status(path)?.mtime ?? 0;
  files.writeFile(path, encodeUtf8("evil"));
  files.setTime(path, mtime);
  const store = open();
  assert.equal([store.holds(digest), store.find(KEY)], [false, undefined]);
  assert.ok(reported[0]?.startsWith(`Damaged: ${path}: found sha256`) === true, reported.join("\n"));
  assert.throws(() => store.treeOf(digest), /not in the store/);
  assert.equal(files.list("/cache/store/outputs"), [`${digest}.damaged`]);
});

test("a good output replaces a damaged one of the same digest", () => {
  const { files, open, output } = place();
  const digest = open().add(KEY, "one/a", "/out", output("/out"));
  files.writeFile(`/cache/store/outputs/${digest}/x`, encodeUtf8("evil"));
  const store = open();
  assert.equal(store.add(OTHER_KEY, "one/b", "/again", output("/again")), digest);
  assert.equal(files.readFile(`${store.treeOf(digest)}/x`), encodeUtf8("good"));
});

test("a truncated or altered key or manifest is reported, and its output is not found", () => {
  for (const [path, text] of [
    ["keys", "{"],
    ["keys", '{"step":"one/a"}'],
    ["manifests", ""],
    ["manifests", '[{"kind":"folder","path":"","mode":493,"uid":0,"gid":0}]'],
  ] as const) {
    const { files, reported, open, output } = place();
    const digest = open().add(KEY, "one/a", "/out", output("/out"));
    const file = `/cache/store/${path}/${path === "keys" ? KEY : digest}.json`;
    files.writeFile(file, encodeUtf8(text));
    assert.equal(open().find(KEY), undefined);
    assert.ok(reported[0]?.startsWith(`Damaged: ${file}: found other text`) === true, reported.join("\n"));
    assert.equal(files.status(file), undefined);
  }
});

test("a store without fingerprints is hashed once", () => {
  const { files, open, output } = place();
  const digest = open().add(KEY, "one/a", "/out", output("/out"));
  const fingerprints = `/cache/store/fingerprints/${digest}.json`;
  files.removeFile(fingerprints);
  assert.equal(open().find(KEY), digest);
  assert.ok(files.status(fingerprints) !== undefined);
});
