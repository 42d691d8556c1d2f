/**
 * The store of step outputs, shared by all workspaces of a user. `keys/<key>.json` says which output
 * a key has; `outputs/<digest>/` is the tree, `manifests/<digest>.json` its manifest. An output is
 * moved in whole, its manifest written behind it, the key last: whatever a killed process leaves
 * half done is not reachable from a key.
 */
import * as v from "valibot";
import { prettyJson } from "../../base/json.ts";
import { parseAs } from "../../plan/parse.ts";
import { Sha256 } from "../../plan/source.ts";
import { moveTree } from "../../platform/copy.ts";
import { makeFolders, readText, removeTree, writeFileAtomic } from "../../platform/files.ts";
import type { Platform } from "../../platform/platform.ts";
import { type Manifest, ManifestSchema, manifestDigest } from "./manifest.ts";

const KeyRecordSchema = v.strictObject({ step: v.string(), output: Sha256 });

export interface Store {
  /** Digest of the output that this key has, or `undefined`. */
  find(key: string): string | undefined;
  /** The output's tree on disk: read-only by agreement. */
  treeOf(output: string): string;
  manifestOf(output: string): Manifest;
  /** Moves `folder` in as the output of `key`; returns its digest. `step` is for people who look. */
  add(key: string, step: string, folder: string, manifest: Manifest): string;
}

export function openStore(platform: Platform, root: string): Store {
  const { files } = platform;
  const keyFile = (key: string): string => `${root}/keys/${key}.json`;
  const manifestFile = (output: string): string => `${root}/manifests/${output}.json`;
  const treeOf = (output: string): string => `${root}/outputs/${output}`;
  const has = (path: string): boolean => files.status(path) !== undefined;
  const hint = "remove that file and run again: the step is then built anew";

  return {
    treeOf,
    find(key) {
      if (!has(keyFile(key))) return undefined;
      const { output } = parseAs(KeyRecordSchema, readText(files, keyFile(key)), keyFile(key), hint);
      return has(treeOf(output)) && has(manifestFile(output)) ? output : undefined;
    },
    manifestOf: (output) =>
      parseAs(ManifestSchema, readText(files, manifestFile(output)), manifestFile(output), hint),
    add(key, step, folder, manifest) {
      const output = manifestDigest(platform, manifest);
      for (const part of ["keys", "manifests", "outputs"]) makeFolders(files, `${root}/${part}`);
      if (has(treeOf(output))) removeTree(files, folder);
      else moveTree(files, folder, treeOf(output));
      writeFileAtomic(files, manifestFile(output), prettyJson(manifest));
      writeFileAtomic(files, keyFile(key), prettyJson({ step, output }));
      return output;
    },
  };
}
