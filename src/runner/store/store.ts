/**
 * The store of step outputs, shared by all workspaces of a user. `keys/<key>.json` names the output of a key,
 * `outputs/<digest>/` is its tree, and `manifests/<digest>.json` its manifest. The store moves the whole tree
 * in first, then writes the manifest, then the key, so that no key leads to what a killed process left half
 * done.
 *
 * No output is used unchecked. A manifest's digest is the output's name, and each tree is compared with its
 * manifest once in a run (`fingerprints/<digest>.json` saves hashing unchanged files). A damaged output is
 * reported and set aside. It is then no longer in the store, so its step is built again.
 */
import * as v from "valibot";
import { Bq2Error } from "../../base/error.ts";
import { prettyJson } from "../../base/json.ts";
import { dirname } from "../../base/path.ts";
import { setAside, type Warn } from "../../kept/damage.ts";
import { readJson } from "../../kept/json.ts";
import { type Manifest, ManifestSchema, manifestDigest } from "../../kept/manifest.ts";
import { isSound, type KeptTree, noteSound } from "../../kept/tree.ts";
import { Sha256 } from "../../plan/source.ts";
import { moveTree } from "../../platform/copy.ts";
import { makeFolders, removeTree, writeFileAtomic } from "../../platform/files.ts";
import type { Platform } from "../../platform/platform.ts";

const KeyRecordSchema = v.strictObject({ step: v.string(), output: Sha256 });

export interface Store {
  /** Digest of the key's intact output; `undefined` if there is none. */
  find(key: string): string | undefined;
  /** Whether the store has this output, intact. */
  holds(output: string): boolean;
  /** Path of the output's intact tree, read-only by agreement. Throws Bq2Error `output-missing`. */
  treeOf(output: string): string;
  /** Path where that tree is or would be, without a check. */
  placeOf(output: string): string;
  /** Throws Bq2Error `output-missing`. */
  manifestOf(output: string): Manifest;
  /** Moves `folder` in as the output of `key`; returns its digest. `step` is for human readers only. */
  add(key: string, step: string, folder: string, manifest: Manifest): string;
}

/** Opens the store at `root`. `warn` receives the damage that is found. */
export function openStore(platform: Platform, root: string, warn: Warn): Store {
  const { files } = platform;
  const places = storePlaces(root);
  const manifests = new Map<string, Manifest>();

  const damaged = (path: string, wanted: string, found: string): undefined => {
    setAside(files, path, [{ path, wanted, found }], warn);
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
    const isGood = manifest !== undefined && isSound(platform, places.tree(output), manifest, warn);
    return isGood ? manifest : undefined;
  };
  const requireManifest = (output: string): Manifest => {
    const manifest = soundManifest(output);
    if (manifest !== undefined) return manifest;
    throw new Bq2Error(`Cannot use output ${output}: it is not in the store ${root}, or was damaged`, {
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
      const isThere = files.status(tree.root) !== undefined && isSound(platform, tree, manifest, warn);
      if (isThere) removeTree(files, folder);
      else moveTree(files, folder, tree.root);
      writeFileAtomic(files, places.manifest(output), prettyJson(manifest));
      if (!isThere) noteSound(platform, tree, manifest);
      writeFileAtomic(files, places.key(key), prettyJson({ step, output }));
      return output;
    },
  };
}

/** Paths of the parts of a store. */
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

/** The output named in the key's file at `path`; `undefined` if the file is damaged. */
export function readKey({ files }: Platform, path: string): string | undefined {
  return readJson(files, path, KeyRecordSchema)?.output;
}

/** The manifest in the file at `path`; `undefined` if its digest is not `output`. */
export function readManifest(platform: Platform, path: string, output: string): Manifest | undefined {
  const manifest = readJson(platform.files, path, ManifestSchema);
  const isRight = manifest !== undefined && manifestDigest(platform, manifest) === output;
  return isRight ? manifest : undefined;
}
