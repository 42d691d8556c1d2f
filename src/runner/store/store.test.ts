import { assert, test } from "../../base/testing.ts";
import { encodeUtf8 } from "../../base/text.ts";
import type { ManifestEntry } from "../../kept/manifest.ts";
import { makeFolders } from "../../platform/files.ts";
import { testPlatform } from "../context/test-context.ts";
import { openStore } from "./store.ts";

const MANIFEST: ManifestEntry[] = [{ kind: "folder", path: "", mode: 0o755, uid: 0, gid: 0 }];
const KEY = "a".repeat(64);

function place() {
  const platform = testPlatform();
  makeFolders(platform.files, "/out");
  platform.files.writeFile("/out/x", encodeUtf8("x"));
  return { platform, store: openStore(platform, "/cache/store", () => {}) };
}

test("what is added is found by its key, the tree moved in", () => {
  const { platform, store } = place();
  assert.equal(store.find(KEY), undefined);
  const output = store.add(KEY, "one/a", "/out", MANIFEST);
  assert.equal(store.find(KEY), output);
  assert.equal(store.manifestOf(output), MANIFEST);
  assert.equal(platform.files.list(store.treeOf(output)), ["x"]);
  assert.equal(platform.files.status("/out"), undefined);
});

test("equal outputs of two keys are kept once", () => {
  const { platform, store } = place();
  const first = store.add(KEY, "one/a", "/out", MANIFEST);
  makeFolders(platform.files, "/again");
  assert.equal(store.add("b".repeat(64), "one/b", "/again", MANIFEST), first);
  assert.equal(platform.files.status("/again"), undefined);
  assert.equal(platform.files.list("/cache/store/outputs"), [first]);
});

test("a key whose output is gone is not found, one that is damaged names its file", () => {
  const { platform, store } = place();
  const output = store.add(KEY, "one/a", "/out", MANIFEST);
  platform.files.writeFile(`/cache/store/keys/${KEY}.json`, encodeUtf8("{"));
  assert.throws(() => store.find(KEY), new RegExp(`keys/${KEY}`));
  platform.files.removeFile(`/cache/store/keys/${KEY}.json`);
  assert.equal(store.find(KEY), undefined);
  assert.equal(store.manifestOf(output), MANIFEST);
});
