/**
 * The store of step outputs, shared by all workspaces of a user. `keys/<key>.json` says which output
 * a key has; `outputs/<digest>/` is the tree, `manifests/<digest>.json` its manifest. An output is
 * moved in whole, its manifest written behind it, the key last: whatever a killed process leaves
 * half done is not reachable from a key.
 *
 * No output is handed out unseen: a manifest's digest is the output's name, and the tree is held to the manifest once in
 * a run (`fingerprints/<digest>.json` saves hashing what has not changed). What is damaged is reported, set aside, and
 * from then on not in the store, so that its step is built again.
 */
import * as v from "valibot";
import { Bq2Error } from "../../base/error.ts";
import { prettyJson } from "../../base/json.ts";
import { dirname } from "../../base/path.ts";
import { type Report, setAside } from "../../kept/damage.ts";
import { readJson } from "../../kept/json.ts";
import { type Manifest, ManifestSchema, manifestDigest } from "../../kept/manifest.ts";
import { isSound, type KeptTree, noteSound } from "../../kept/tree.ts";
import { Sha256 } from "../../plan/source.ts";
import { moveTree } from "../../platform/copy.ts";
import { makeFolders, removeTree, writeFileAtomic } from "../../platform/files.ts";
import type { Platform } from "../../platform/platform.ts";

const KeyRecordSchema = v.strictObject({ step: v.string(), output: Sha256 });

export interface Store {
  /** Digest of the output that this key has, or `undefined`. */
  find(key: string): string | undefined;
  /** Whether this output is there and whole. */
  holds(output: string): boolean;
  /** The output's tree on disk, whole, and read-only by agreement. Throws Bq2Error `output-missing`. */
  treeOf(output: string): string;
  /** Where that tree is or would be; it is not looked at. */
  placeOf(output: string): string;
  /** Throws Bq2Error `output-missing`. */
  manifestOf(output: string): Manifest;
  /** Moves `folder` in as the output of `key`; returns its digest. `step` is for people who look. */
  add(key: string, step: string, folder: string, manifest: Manifest): string;
}

/** `report` is given a line for everything that is found damaged. */
export function openStore(platform: Platform, root: string, report: Report): Store {
  const { files } = platform;
  const places = storePlaces(root);
  const manifests = new Map<string, Manifest>();

  const damaged = (path: string, wanted: string, found: string): undefined => {
    setAside(files, path, [{ path, wanted, found }], report);
    return undefined;
  };
  const loadManifest = (output: string): Manifest | undefined => {
    const known = manifests.get(output);
    const path = places.manifest(output);
    if (known !== undefined || files.status(path) === undefined) return known;
    const found = readManifest(platform, path, output);
    if (found === undefined) return damaged(path, `the manifest with sha256 ${output}`, "other text");
    manifests.set(output, found);
    return found;
  };
  const soundManifest = (output: string): Manifest | undefined => {
    if (files.status(places.tree(output).root) === undefined) return undefined;
    const manifest = loadManifest(output);
    const isGood = manifest !== undefined && isSound(platform, places.tree(output), manifest, report);
    return isGood ? manifest : undefined;
  };
  const requireManifest = (output: string): Manifest => {
    const manifest = soundManifest(output);
    if (manifest !== undefined) return manifest;
    throw new Bq2Error(`Cannot use the output ${output}: it is not in the store ${root}, or was damaged`, {
      code: "output-missing",
      hint: "run bq2 sysroot-runner, which builds its step again",
    });
  };

  return {
    holds: (output) => soundManifest(output) !== undefined,
    treeOf(output) {
      requireManifest(output);
      return places.tree(output).root;
    },
    placeOf: (output) => places.tree(output).root,
    manifestOf: requireManifest,
    find(key) {
      const path = places.key(key);
      if (files.status(path) === undefined) return undefined;
      const output = readKey(platform, path);
      if (output === undefined) return damaged(path, "the name of an output", "other text");
      return soundManifest(output) === undefined ? undefined : output;
    },
    add(key, step, folder, manifest) {
      const output = manifestDigest(platform, manifest);
      const tree = places.tree(output);
      for (const path of [tree.root, tree.fingerprints, places.manifest(output), places.key(key)])
        makeFolders(files, dirname(path));
      const isThere = files.status(tree.root) !== undefined && isSound(platform, tree, manifest, report);
      if (isThere) removeTree(files, folder);
      else moveTree(files, folder, tree.root);
      writeFileAtomic(files, places.manifest(output), prettyJson(manifest));
      if (!isThere) noteSound(platform, tree, manifest);
      writeFileAtomic(files, places.key(key), prettyJson({ step, output }));
      return output;
    },
  };
}

/** Where the parts of a store are. */
export function storePlaces(root: string) {
  return {
    keys: `${root}/keys`,
    manifests: `${root}/manifests`,
    outputs: `${root}/outputs`,
    key: (key: string): string => `${root}/keys/${key}.json`,
    manifest: (output: string): string => `${root}/manifests/${output}.json`,
    tree: (output: string): KeptTree => ({
      root: `${root}/outputs/${output}`,
      fingerprints: `${root}/fingerprints/${output}.json`,
    }),
  };
}

/** The output that the key's file at `path` names; `undefined` where the file is damaged. */
export function readKey({ files }: Platform, path: string): string | undefined {
  return readJson(files, path, KeyRecordSchema)?.output;
}

/** The manifest in the file at `path`; `undefined` where it is not the one that `output` names. */
export function readManifest(platform: Platform, path: string, output: string): Manifest | undefined {
  const manifest = readJson(platform.files, path, ManifestSchema);
  const isRight = manifest !== undefined && manifestDigest(platform, manifest) === output;
  return isRight ? manifest : undefined;
}
