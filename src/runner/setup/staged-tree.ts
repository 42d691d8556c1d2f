/**
 * Trees that are copied from the host, not unpacked: this project's own source, and folders of the user. They
 * are kept in the cache beside the unpacked sources, under their digests.
 */
import { Bq2Error } from "../../base/error.ts";
import { canonicalJson } from "../../base/json.ts";
import { dirname } from "../../base/path.ts";
import { textDigest } from "../../kept/manifest.ts";
import { recordedState, recordedTree, recordTree } from "../../kept/recorded-tree.ts";
import { copyFile } from "../../platform/copy.ts";
import { makeFolders, removeTree, takeLock } from "../../platform/files.ts";
import { isOwnSource, SOURCE_ROOT } from "../../recipe/package.ts";
import { type RunContext, requireStaged } from "../context/context.ts";
import type { StepWork } from "../context/work.ts";

/** A file or link of a tree, at `path` within it. */
export type StagedEntry =
  | { readonly kind: "file"; readonly path: string; readonly from: string; readonly mode: number }
  | { readonly kind: "link"; readonly path: string; readonly target: string };

export interface StagedTree {
  /** What a step's `sources` call it, and its folder below {@link SOURCE_ROOT}. */
  readonly name: string;
  /** Of everything in it. */
  readonly digest: string;
  readonly entries: readonly StagedEntry[];
}

type StagedName = Pick<StagedTree, "name" | "digest">;

/** Root of the layer that contains the tree. */
function rootOf({ workspace }: RunContext, { name, digest }: StagedName): string {
  return `${workspace.cache.sourceTrees}/${isOwnSource(name) ? "own" : "folder"}-${digest}`;
}

/** Checks the tree once in a run; a damaged tree is reported and set aside. */
function isStaged(context: RunContext, tree: StagedName): boolean {
  const recorded = recordedTree(rootOf(context, tree));
  return recordedState(context.platform, recorded, context.log.warn) === "sound";
}

/** Root of the layer that contains the intact tree. Throws Bq2Error `need-missing`. */
export function stagedRoot(context: RunContext, name: string): string {
  const tree = { name, digest: requireStaged(context, name) };
  if (isStaged(context, tree)) return rootOf(context, tree);
  throw new Bq2Error(`Cannot use ${rootOf(context, tree)}: it is missing or was damaged`, {
    code: "need-missing",
    hint: "run bq2 sysroot-runner --phase host-setup, which stages it again",
  });
}

/** The work of a coordinator step that stages these trees. */
export function stagingWork(context: RunContext, trees: readonly StagedTree[]): StepWork {
  const digests = Object.fromEntries(trees.map(({ name, digest }) => [name, digest]));
  const key = textDigest(context.platform, canonicalJson(digests));
  return {
    key,
    isPresent: () =>
      trees.every((tree) => isStaged(context, tree) && context.state().staged[tree.name] === tree.digest),
    stored: () => undefined,
    view: undefined,
    async make() {
      for (const tree of trees) await ensureStaged(context, tree);
      context.update({ staged: { ...context.state().staged, ...digests } });
      return { output: key };
    },
  };
}

/** Stages the tree if it is missing or damaged; one process at a time. */
async function ensureStaged(context: RunContext, tree: StagedTree): Promise<void> {
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
