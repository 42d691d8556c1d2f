/**
 * A kept tree, read-only by agreement, and its comparison with its manifest: kinds, modes, link targets,
 * bytes, missing and added entries. Times and extended attributes are not compared; no manifest contains
 * them. The owners in a manifest are those of the finished system; on disk, one user owns the whole tree.
 */
import type { FileStatus, Platform } from "../platform/platform.ts";
import { type Damage, setAside, type Warn } from "./damage.ts";
import { fingerprintOf, notedFingerprint, readFingerprints, writeFingerprints } from "./fingerprints.ts";
import { type Manifest, manifestDigest } from "./manifest.ts";
import { placeIn, TreeCheck } from "./tree-check.ts";

export interface KeptTree {
  /** The tree's folder. */
  readonly root: string;
  /** Path of the fingerprints' file. */
  readonly fingerprints: string;
  /** What is set aside if the tree is damaged; by default the tree itself. */
  readonly entry?: string;
}

/** `changed`: check entries whose fingerprint differs from the recorded one. `all`: check every entry. */
export type Depth = "changed" | "all";

/** Where the tree differs from `manifest`. If nowhere, new fingerprints are recorded. */
export function treeDamages(
  platform: Platform,
  tree: KeptTree,
  manifest: Manifest,
  depth: Depth = "changed",
): Damage[] {
  const { files } = platform;
  const digest = manifestDigest(platform, manifest);
  const noted = readFingerprints(files, tree.fingerprints, digest);
  const check = new TreeCheck(platform, tree.root, manifest);
  const fingerprints = manifest.map((entry, index) => {
    const status = files.status(placeIn(tree.root, entry.path));
    const isAsNoted = status !== undefined && fingerprintOf(status) === noted[index];
    if (!isAsNoted || depth === "all") check.entry(entry, status);
    return noteOf(platform, status);
  });
  const isNews = fingerprints.some((fingerprint, index) => fingerprint !== noted[index]);
  if (check.damages.length === 0 && isNews) writeFingerprints(files, tree.fingerprints, digest, fingerprints);
  return check.damages;
}

function noteOf(platform: Platform, status: FileStatus | undefined): string {
  return status === undefined ? "" : notedFingerprint(platform, status);
}

/** Trees that this process found intact or made. A run checks a tree once, because its steps only read it. */
const soundRoots = new WeakMap<Platform, Set<string>>();

function soundRootsOf(platform: Platform): Set<string> {
  const roots = soundRoots.get(platform) ?? new Set();
  soundRoots.set(platform, roots);
  return roots;
}

/** Whether the tree matches `manifest`; checked once in a run. A damaged tree is reported and set aside. */
export function isSound(platform: Platform, tree: KeptTree, manifest: Manifest, warn: Warn): boolean {
  const roots = soundRootsOf(platform);
  if (roots.has(tree.root)) return true;
  const damages = treeDamages(platform, tree, manifest);
  if (damages.length === 0) roots.add(tree.root);
  else setAside(platform.files, tree.entry ?? tree.root, damages, warn);
  return damages.length === 0;
}

/** Records the fingerprints of a tree that was just made and is known to match `manifest`. */
export function noteSound(platform: Platform, tree: KeptTree, manifest: Manifest): void {
  const { files } = platform;
  const fingerprints = manifest.map(({ path }) => noteOf(platform, files.status(placeIn(tree.root, path))));
  writeFingerprints(files, tree.fingerprints, manifestDigest(platform, manifest), fingerprints);
  soundRootsOf(platform).add(tree.root);
}
