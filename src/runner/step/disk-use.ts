/** How much disk space a build takes. */
import { walk } from "../../platform/files.ts";
import type { FileStatus, Files } from "../../platform/platform.ts";
import { openSeed } from "../../seeds/seed.ts";
import { archivePaths } from "../../sources/cache.ts";
import type { RunContext } from "../context/context.ts";
import { sourceTreeRoot } from "../setup/source-trees.ts";

/** Bytes on disk of a folder and its contents; a file with several names counts once. 0 if it is missing. */
export function allocatedBytes(files: Files, folder: string): number {
  const top = files.status(folder);
  if (top === undefined) return 0;
  const seen = new Set<string>();
  let bytes = top.allocated;
  for (const { status } of top.kind === "folder" ? walk(files, folder, isOpen) : []) {
    if (status.kind !== "folder" && status.linkCount > 1) {
      if (seen.has(status.identity)) continue;
      seen.add(status.identity);
    }
    bytes += status.allocated;
  }
  return bytes;
}

/** S_IRUSR, inode(7). */
const OWNER_READS = 0o400;

/** False for overlayfs's own work folder: it is empty, and only root can list it. */
function isOpen({ mode }: FileStatus): boolean {
  return (mode & OWNER_READS) !== 0;
}

export interface DiskUse {
  readonly what: string;
  readonly bytes: number;
}

/** What this plan keeps on disk, in the shared cache and in its own workspace. */
export function diskUse(context: RunContext): DiskUse[] {
  const { platform, plan, store, workspace } = context;
  const { done, seedDigest } = context.state();
  const { root } = workspace.cache;
  const seed = seedDigest === null ? undefined : openSeed(platform, root, seedDigest);
  const archives = plan.pins.flatMap((pin) =>
    pin.archives.map((archive) => archivePaths(root, archive).file),
  );
  const outputs = new Set(Object.values(done).map(({ output }) => store.placeOf(output)));
  const places: readonly (readonly [what: string, paths: readonly string[]])[] = [
    ["archives", archives],
    ["seed", seed?.base.kind === "tree" ? [seed.base.folder] : []],
    ["unpacked sources", plan.pins.map((pin) => sourceTreeRoot(context, pin))],
    ["outputs of steps", [...outputs]],
    ["workspace", [workspace.root]],
  ];
  return places.map(([what, paths]) => ({
    what,
    bytes: paths.reduce((sum, path) => sum + allocatedBytes(platform.files, path), 0),
  }));
}
