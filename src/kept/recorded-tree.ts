/**
 * A kept tree whose manifest was recorded when it was made: a seed or an unpacked source. The tree's name
 * says what it was made from, not what it contains, so the manifest is stored beside it, with the manifest's
 * digest.
 */
import * as v from "valibot";
import { canonicalJson } from "../base/json.ts";
import { writeFileAtomic } from "../platform/files.ts";
import type { Platform } from "../platform/platform.ts";
import { folderTree } from "../trees/folder-tree.ts";
import { OpenFiles } from "../trees/open-files.ts";
import type { Warn } from "./damage.ts";
import { readJson } from "./json.ts";
import { type Manifest, ManifestSchema, manifestDigest, manifestOf } from "./manifest.ts";
import { isSound, type KeptTree, noteSound } from "./tree.ts";

const FORMAT = "bq2-tree-manifest/1";

const RecordSchema = v.strictObject({
  format: v.literal(FORMAT),
  digest: v.string(),
  manifest: ManifestSchema,
});

export interface RecordedTree extends KeptTree {
  /** Path of the manifest's file. */
  readonly manifest: string;
}

/**
 * The tree at `root`, with its manifest and fingerprints beside it.
 *
 * @param entry What is set aside if the tree is damaged.
 */
export function recordedTree(root: string, entry = root): RecordedTree {
  return { root, manifest: `${root}.manifest.json`, fingerprints: `${root}.fingerprints.json`, entry };
}

/** Reads the whole tree and records its contents. For a tree that was just made, under its final name. */
export function recordTree(platform: Platform, tree: RecordedTree): void {
  const contents = new OpenFiles(platform.files);
  try {
    const found = folderTree(platform.files, contents, tree.root, { owners: "root", times: 0 });
    const manifest = manifestOf(platform, found, {});
    const digest = manifestDigest(platform, manifest);
    writeFileAtomic(platform.files, tree.manifest, canonicalJson({ format: FORMAT, digest, manifest }));
    noteSound(platform, tree, manifest);
  } finally {
    contents.closeAll();
  }
}

/** The recorded manifest; `undefined` if there is none or it is damaged. */
export function recordedManifest(platform: Platform, tree: RecordedTree): Manifest | undefined {
  const found = readJson(platform.files, tree.manifest, RecordSchema);
  const isWhole = found !== undefined && manifestDigest(platform, found.manifest) === found.digest;
  return isWhole ? found.manifest : undefined;
}

/** `unrecorded`: the tree has no manifest. A damaged tree is reported and set aside. */
export function recordedState(
  platform: Platform,
  tree: RecordedTree,
  warn: Warn,
): "missing" | "unrecorded" | "damaged" | "sound" {
  if (platform.files.status(tree.root) === undefined) return "missing";
  const manifest = recordedManifest(platform, tree);
  if (manifest === undefined) return "unrecorded";
  return isSound(platform, tree, manifest, warn) ? "sound" : "damaged";
}
