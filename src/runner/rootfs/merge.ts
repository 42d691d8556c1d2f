/**
 * A root filesystem from outputs. A package's output of a later phase replaces its earlier one. The same path
 * from two packages is a conflict, except for folders.
 */
import { Bq2Error } from "../../base/error.ts";
import { compareNames } from "../../base/text.ts";
import type { ManifestEntry } from "../../kept/manifest.ts";

/** A step's output, with the step that made it. */
export interface Layer {
  readonly phase: string;
  readonly step: string;
  /** Digest of the output, which is its name in the store. */
  readonly output: string;
  readonly manifest: readonly ManifestEntry[];
}

export interface OwnedEntry {
  readonly entry: ManifestEntry;
  readonly layer: Layer;
}

const DEFAULT_FOLDER_MODE = 0o755;

/**
 * All entries in tree order (`formats/tree.ts`), each with the layer that it comes from. `layers` are in plan
 * order.
 *
 * @throws Bq2Error `path-conflict`, which names the path and both steps.
 */
export function mergeLayers(layers: readonly Layer[]): OwnedEntry[] {
  const byPath = new Map<string, OwnedEntry>();
  for (const layer of newestOfEach(layers)) {
    for (const entry of layer.manifest) {
      const there = byPath.get(entry.path);
      byPath.set(entry.path, there === undefined ? { entry, layer } : resolve(there, { entry, layer }));
    }
  }
  return [...byPath.values()].sort((a, b) => comparePaths(a.entry.path, b.entry.path));
}

/** For each step name, the layer of the latest phase. */
export function newestOfEach<L extends { readonly step: string }>(layers: readonly L[]): L[] {
  const newest = new Map<string, L>();
  for (const layer of layers) newest.set(layer.step, layer);
  return layers.filter((layer) => newest.get(layer.step) === layer);
}

function resolve(there: OwnedEntry, here: OwnedEntry): OwnedEntry {
  if (there.entry.kind !== "folder" || here.entry.kind !== "folder") throw conflict(there, here, "");
  if (isPlain(here.entry)) return there;
  if (isPlain(there.entry) || sameAttributes(there.entry, here.entry)) return here;
  throw conflict(there, here, " as folders with different modes or owners");
}

/** A folder with default attributes: mode 0755, owned by root. It gives way to one with others. */
function isPlain(entry: ManifestEntry): boolean {
  return entry.mode === DEFAULT_FOLDER_MODE && entry.uid === 0 && entry.gid === 0;
}

function sameAttributes(a: ManifestEntry, b: ManifestEntry): boolean {
  return a.mode === b.mode && a.uid === b.uid && a.gid === b.gid;
}

/** `how` is empty or continues the message. */
function conflict(there: OwnedEntry, here: OwnedEntry, how: string): Bq2Error {
  const [a, b] = [there.layer, here.layer].map((layer) => `${layer.phase}/${layer.step}`);
  return new Bq2Error(`Cannot assemble the rootfs: ${a} and ${b} both write /${here.entry.path}${how}`, {
    code: "path-conflict",
    hint: "omit it from one of the two packages, in its package.ts",
  });
}

/** Tree order: a folder before its contents, siblings in byte order. */
export function comparePaths(a: string, b: string): number {
  const [as, bs] = [a.split("/"), b.split("/")];
  for (let i = 0; i < Math.min(as.length, bs.length); i++) {
    const order = compareNames(as[i] ?? "", bs[i] ?? "");
    if (order !== 0) return order;
  }
  return as.length - bs.length;
}
