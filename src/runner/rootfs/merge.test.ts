import { assert, test } from "../../base/testing.ts";
import type { ManifestEntry } from "../../kept/manifest.ts";
import { comparePaths, type Layer, mergeLayers } from "./merge.ts";

const base = { uid: 0, gid: 0 };
const folder = (path: string, mode = 0o755): ManifestEntry => ({ kind: "folder", path, mode, ...base });
const file = (path: string, sha256 = "0"): ManifestEntry => ({
  kind: "file",
  path,
  mode: 0o644,
  size: 1,
  sha256,
  ...base,
});
const layer = (phase: string, step: string, ...manifest: ManifestEntry[]): Layer => ({
  phase,
  step,
  output: step,
  manifest,
});

test("outputs are merged in tree order, each entry with its layer", () => {
  const merged = mergeLayers([
    layer("one", "b", folder(""), folder("usr"), file("usr/b")),
    layer("one", "a", folder(""), folder("etc"), folder("usr"), folder("usr/a"), file("usr/a/x")),
  ]);
  assert.equal(
    merged.map(({ entry, layer: from }) => `${from.step}:${entry.path}`),
    ["b:", "a:etc", "b:usr", "a:usr/a", "a:usr/a/x", "b:usr/b"],
  );
});

test("a package's output of a later phase replaces its earlier one whole", () => {
  const merged = mergeLayers([
    layer("one", "a", file("x", "old"), file("gone")),
    layer("two", "a", file("x", "new")),
  ]);
  assert.equal(
    merged.map(({ entry }) => entry),
    [file("x", "new")],
  );
});

test("one path from two packages is a conflict that names both", () => {
  assert.throws(
    () => mergeLayers([layer("one", "a", file("bin/sh")), layer("one", "b", file("bin/sh"))]),
    /one\/a and one\/b both write \/bin\/sh/,
  );
  assert.throws(
    () => mergeLayers([layer("one", "a", folder("bin")), layer("one", "b", file("bin"))]),
    /one\/a and one\/b both write \/bin/,
  );
});

test("a folder with its own mode wins over a plain one, and two different modes conflict", () => {
  const plain = layer("one", "a", folder("tmp"));
  const sticky = layer("one", "b", folder("tmp", 0o1777));
  for (const layers of [
    [plain, sticky],
    [sticky, plain],
  ]) {
    assert.equal(mergeLayers(layers)[0]?.entry.mode, 0o1777);
  }
  assert.throws(
    () => mergeLayers([sticky, layer("one", "c", folder("tmp", 0o700))]),
    /with different modes or owners/,
  );
});

test("tree order puts a folder's contents before a sibling whose name sorts between them", () => {
  const paths = ["a", "a/b", "a-c", "a.d", "a/b/c", ""];
  assert.equal([...paths].sort(comparePaths), ["", "a", "a/b", "a/b/c", "a-c", "a.d"]);
});
