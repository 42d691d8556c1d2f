/** For `bq2 verify store`: hashes the cache's outputs, seeds, sources and archives, and changes nothing. */
import { type Damage, describeDamage } from "../../kept/damage.ts";
import { foundSha256 } from "../../kept/file.ts";
import { type RecordedTree, recordedManifest, recordedTree } from "../../kept/recorded-tree.ts";
import { treeDamages } from "../../kept/tree.ts";
import type { Platform } from "../../platform/platform.ts";
import { isSeedRecordWhole, seedPlaces } from "../../seeds/seed.ts";
import type { Cache } from "../context/workspace.ts";
import { readKey, readManifest, storePlaces } from "../store/store.ts";

/** One item of the cache, and how to check it. */
export interface KeptItem {
  readonly kind: "key" | "output" | "seed" | "source tree" | "archive";
  readonly path: string;
  /** Hashes the item, and returns one line for each damage. `unrecorded`: the item has no manifest. */
  check(): readonly string[] | "unrecorded";
}

/** How a damaged item is replaced, by kind. */
export const CACHE_HINTS: { readonly [K in KeptItem["kind"]]: string } = {
  key: "the next build sets it aside and builds the step again",
  output: "the next build sets it aside and builds its step again",
  seed: "the next build that uses it lays it out again",
  "source tree": "the next step that uses it unpacks it again",
  archive: "bq2 sources fetch, or the next build, fetches it again",
};

const DIGEST = /^[0-9a-f]{64}$/;
const KEY_FILE = /^[0-9a-f]{64}\.json$/;
const SOURCE_TREE = /^(own-)?[0-9a-f]{64}$/;
/** Files beside an archive: records about it, the lock, and partial downloads. */
const NO_ARCHIVE = /\.json$|\.part$|^lock$/;

/** Everything in the cache that is complete. */
export function keptItems(platform: Platform, cache: Cache): KeptItem[] {
  return [
    ...storeItems(platform, cache.store),
    ...seedItems(platform, cache.root),
    ...sourceTreeItems(platform, cache.sourceTrees),
    ...archiveItems(platform, `${cache.root}/archives`),
  ];
}

function namesIn({ files }: Platform, folder: string, pattern: RegExp): string[] {
  return files.status(folder) === undefined ? [] : files.list(folder).filter((name) => pattern.test(name));
}

function storeItems(platform: Platform, root: string): KeptItem[] {
  const places = storePlaces(root);
  const keys = namesIn(platform, places.keys, KEY_FILE).map((name): KeptItem => {
    const path = `${places.keys}/${name}`;
    const damage = { path, wanted: "the name of an output", found: "other text" };
    return { kind: "key", path, check: () => (readKey(platform, path) === undefined ? lines([damage]) : []) };
  });
  const outputs = namesIn(platform, places.outputs, DIGEST).map((output): KeptItem => {
    const tree = places.tree(output);
    return { kind: "output", path: tree.root, check: () => outputLines(platform, root, output) };
  });
  return [...keys, ...outputs];
}

function outputLines(platform: Platform, root: string, output: string): readonly string[] | "unrecorded" {
  const places = storePlaces(root);
  const path = places.manifest(output);
  if (platform.files.status(path) === undefined) return "unrecorded"; // no key leads to it
  const manifest = readManifest(platform, path, output);
  if (manifest !== undefined) return lines(treeDamages(platform, places.tree(output), manifest, "all"));
  return lines([{ path, wanted: `the manifest with sha256 ${output}`, found: "other text" }]);
}

function seedItems(platform: Platform, cache: string): KeptItem[] {
  return namesIn(platform, `${cache}/seeds`, DIGEST).map((digest) => {
    const { record: path, tree } = seedPlaces(cache, digest);
    const damage = { path, wanted: `the record of seed ${digest}`, found: "other text" };
    return {
      kind: "seed",
      path: `${cache}/seeds/${digest}`,
      check() {
        if (!isSeedRecordWhole(platform, cache, digest)) return lines([damage]);
        return platform.files.status(tree.root) === undefined ? [] : recordedLines(platform, tree);
      },
    };
  });
}

function sourceTreeItems(platform: Platform, folder: string): KeptItem[] {
  return namesIn(platform, folder, SOURCE_TREE).map((name) => {
    const tree = recordedTree(`${folder}/${name}`);
    return { kind: "source tree", path: tree.root, check: () => recordedLines(platform, tree) };
  });
}

function recordedLines(platform: Platform, tree: RecordedTree): readonly string[] | "unrecorded" {
  const manifest = recordedManifest(platform, tree);
  return manifest === undefined ? "unrecorded" : lines(treeDamages(platform, tree, manifest, "all"));
}

function archiveItems(platform: Platform, folder: string): KeptItem[] {
  return namesIn(platform, folder, DIGEST).flatMap((sha256) =>
    platform.files
      .list(`${folder}/${sha256}`)
      .filter((name) => !NO_ARCHIVE.test(name))
      .map((name): KeptItem => {
        const path = `${folder}/${sha256}/${name}`;
        return {
          kind: "archive",
          path,
          check() {
            const found = foundSha256(platform, path);
            return found === sha256
              ? []
              : lines([{ path, wanted: `sha256 ${sha256}`, found: `sha256 ${found}` }]);
          },
        };
      }),
  );
}

function lines(damages: readonly Damage[]): string[] {
  return damages.map(describeDamage);
}
