/**
 * A tree that is kept and read-only by agreement, held to its manifest: kinds, modes, link targets, bytes, no entry
 * missing and none added. Not held: times and extended attributes, which no manifest states. A manifest's owners are
 * those of the finished system; on disk, all of a tree belongs to one user.
 */
import type { FileStatus, Platform } from "../platform/platform.ts";
import { type Damage, type Report, setAside } from "./damage.ts";
import { fingerprintOf, notedFingerprint, readFingerprints, writeFingerprints } from "./fingerprints.ts";
import { type Manifest, manifestDigest } from "./manifest.ts";
import { placeIn, TreeCheck } from "./tree-check.ts";

export interface KeptTree {
  /** Its folder. */
  readonly root: string;
  /** The file of its fingerprints. */
  readonly fingerprints: string;
  /** What is set aside where the tree is damaged; the tree itself by default. */
  readonly entry?: string;
}

/** `changed`: entries whose fingerprint is not the noted one. `all`: every entry. */
export type Depth = "changed" | "all";

/** What of the tree is not as `manifest` states. Where nothing is, new fingerprints are noted. */
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

/** Trees that this process has found whole, or made: a run looks at a tree once, and its steps only read it. */
const soundRoots = new WeakMap<Platform, Set<string>>();

function soundRootsOf(platform: Platform): Set<string> {
  const roots = soundRoots.get(platform) ?? new Set();
  soundRoots.set(platform, roots);
  return roots;
}

/** Whether the tree is as `manifest` states; looked at once in a run. A damaged one is reported and set aside. */
export function isSound(platform: Platform, tree: KeptTree, manifest: Manifest, report: Report): boolean {
  const roots = soundRootsOf(platform);
  if (roots.has(tree.root)) return true;
  const damages = treeDamages(platform, tree, manifest);
  if (damages.length === 0) roots.add(tree.root);
  else setAside(platform.files, tree.entry ?? tree.root, damages, report);
  return damages.length === 0;
}

/** Notes the fingerprints of a tree that was just made, and is known to be as `manifest` states. */
export function noteSound(platform: Platform, tree: KeptTree, manifest: Manifest): void {
  const { files } = platform;
  const fingerprints = manifest.map(({ path }) => noteOf(platform, files.status(placeIn(tree.root, path))));
  writeFingerprints(files, tree.fingerprints, manifestDigest(platform, manifest), fingerprints);
  soundRootsOf(platform).add(tree.root);
}
