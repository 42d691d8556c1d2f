/**
 * Trees that are copied from the host, not unpacked: this project's own source, and folders of the user. They
 * are kept in the cache beside the unpacked sources, under their digests.
 */
import { Bq2Error } from "../../base/error.ts";
import { dirname } from "../../base/path.ts";
import { recordedState, recordedTree, recordTree } from "../../kept/recorded-tree.ts";
import { copyFile } from "../../platform/copy.ts";
import { makeFolders, removeTree, takeLock } from "../../platform/files.ts";
import { SOURCE_ROOT } from "../../recipe/package.ts";
import type { RunContext } from "../context/context.ts";

/** A file or link of a tree, at `path` within it. */
export type StagedEntry =
  | { readonly kind: "file"; readonly path: string; readonly from: string; readonly mode: number }
  | { readonly kind: "link"; readonly path: string; readonly target: string };

export interface StagedTree {
  /** What a step's `sources` call it, and its folder below {@link SOURCE_ROOT}. */
  readonly name: string;
  /** Of everything in it. */
  readonly digest: string;
  readonly origin: StagedOrigin;
  readonly entries: readonly StagedEntry[];
}

/** `own`: this project's source; `folder`: a folder of the user. Part of the layer's name in the cache. */
export type StagedOrigin = "own" | "folder";

type StagedName = Pick<StagedTree, "origin" | "digest">;

/** Root of the layer that contains the tree. */
function rootOf({ workspace }: RunContext, { origin, digest }: StagedName): string {
  return `${workspace.cache.sourceTrees}/${origin}-${digest}`;
}

/** Checks the tree once in a run; a damaged tree is reported and set aside. */
export function isStaged(context: RunContext, tree: StagedName): boolean {
  const recorded = recordedTree(rootOf(context, tree));
  return recordedState(context.platform, recorded, context.log.warn) === "sound";
}

/** Root of the layer that contains the intact tree. Throws Bq2Error `need-missing`. */
export function stagedRoot(context: RunContext, tree: StagedName): string {
  if (isStaged(context, tree)) return rootOf(context, tree);
  throw new Bq2Error(`Cannot use ${rootOf(context, tree)}: it is missing or was damaged`, {
    code: "need-missing",
    hint: "run bq2 sysroot-runner --phase host-setup, which stages it again",
  });
}

/** Stages the tree if it is missing or damaged; one process at a time. */
export async function ensureStaged(context: RunContext, tree: StagedTree): Promise<void> {
  const { platform } = context;
  if (isStaged(context, tree)) return;
  const root = rootOf(context, tree);
  makeFolders(platform.files, dirname(root));
  const lock = await takeLock(platform, `${root}.lock`);
  try {
    if (isStaged(context, tree)) return;
    stage(context, tree, root);
    recordTree(platform, recordedTree(root));
  } finally {
    lock.release();
  }
}

/** Copies the tree under a temporary name, then renames its folder. */
function stage({ platform: { files } }: RunContext, { name, entries }: StagedTree, root: string): void {
  const target = `${root}${SOURCE_ROOT}/${name}`;
  const partial = `${target}.partial`;
  removeTree(files, root);
  makeFolders(files, partial, 0o755);
  for (const entry of entries) {
    const path = `${partial}/${entry.path}`;
    makeFolders(files, dirname(path), 0o755);
    if (entry.kind === "link") files.symlink(entry.target, path);
    else {
      copyFile(files, entry.from, path);
      files.setMode(path, entry.mode);
    }
  }
  files.rename(partial, target);
}
