/**
 * This project's own source, for the steps that are built from it: an allow-list of its folder, copied to the
 * folder of unpacked sources. Documents, tests and recorded digests are left out, so that recording a digest
 * does not change it.
 */
import { Bq2Error } from "../../base/error.ts";
import { canonicalJson } from "../../base/json.ts";
import { dirname, isWithin } from "../../base/path.ts";
import { textDigest } from "../../kept/manifest.ts";
import { recordedState, recordedTree, recordTree } from "../../kept/recorded-tree.ts";
import { copyFile } from "../../platform/copy.ts";
import { makeFolders, removeTree, sha256File, takeLock, walk } from "../../platform/files.ts";
import type { Platform } from "../../platform/platform.ts";
import { type OwnSource, SOURCE_ROOT } from "../../recipe/package.ts";
import { type RunContext, requireOwnSource } from "../context/context.ts";
import type { StepWork } from "../context/work.ts";

/** Folders and files at the top of the project. */
export const OWN_SOURCE_PARTS = [
  "LICENSE",
  "bq2.ts",
  "native",
  "package-lock.json",
  "package.json",
  "pkgs",
  "src",
  "tsconfig.image.json",
  "tsconfig.json",
  "tsconfig.pure.json",
];

const PARTS: { readonly [S in OwnSource]: readonly string[] } = {
  bq2: OWN_SOURCE_PARTS,
  "bq2-native": ["native"], // a changed recipe is no reason to compile it again
};

/** Tests, and files that only tests use. */
const LEFT_OUT = /\.test\.ts$|\/test-[^/]*\.ts$|^src\/platform\/contract\//;

/** Raise it when the same files are staged differently. */
const FORMAT = "bq2-own-source/1";

interface StagedFile {
  /** Relative to the project's folder. */
  readonly path: string;
  readonly sha256: string;
}

/** A tree to be staged. */
export interface OwnTree {
  readonly name: OwnSource;
  readonly digest: string;
  readonly files: readonly StagedFile[];
}

/** Every tree with its files. Throws Bq2Error `own-source-missing`. */
export function ownTrees(platform: Platform, projectFolder: string): { readonly [S in OwnSource]: OwnTree } {
  const all = ownFiles(platform, projectFolder);
  const tree = (name: OwnSource): OwnTree => {
    const files = all.filter(({ path }) => PARTS[name].some((part) => isWithin(path, part)));
    return { name, files, digest: textDigest(platform, canonicalJson({ format: FORMAT, files })) };
  };
  return { bq2: tree("bq2"), "bq2-native": tree("bq2-native") };
}

/** The files, in byte order. */
function ownFiles(platform: Platform, projectFolder: string): StagedFile[] {
  const { files } = platform;
  const paths = OWN_SOURCE_PARTS.flatMap((name) => {
    const status = files.statusFollowed(`${projectFolder}/${name}`);
    if (status === undefined) throw missing(projectFolder, name);
    if (status.kind !== "folder") return [name];
    return [...walk(files, `${projectFolder}/${name}`)]
      .filter((found) => found.status.kind === "file")
      .map(({ path }) => `${name}/${path}`);
  });
  return paths
    .filter((path) => !LEFT_OUT.test(path))
    .map((path) => ({ path, sha256: sha256File(platform, `${projectFolder}/${path}`) }));
}

function missing(projectFolder: string, name: string): Bq2Error {
  return new Bq2Error(`Cannot stage this project's source: ${projectFolder}/${name} does not exist`, {
    code: "own-source-missing",
    hint: "run bq2 from a complete checkout",
  });
}

/** Root of the layer that contains the staged tree with this digest. */
function rootOf({ workspace }: RunContext, digest: string): string {
  return `${workspace.cache.sourceTrees}/own-${digest}`;
}

/** The tree itself, within its layer. */
function treeOf(context: RunContext, { name, digest }: Pick<OwnTree, "name" | "digest">): string {
  return `${rootOf(context, digest)}${SOURCE_ROOT}/${name}`;
}

/** Root of the layer that contains the intact staged tree. Throws Bq2Error `need-missing`. */
export function ownSourceRoot(context: RunContext, name: OwnSource): string {
  const digest = requireOwnSource(context, name);
  if (isStaged(context, { digest })) return rootOf(context, digest);
  throw new Bq2Error(`Cannot use ${rootOf(context, digest)}: it is missing or was damaged`, {
    code: "need-missing",
    hint: "run bq2 sysroot-runner --phase host-setup, which stages this project's source again",
  });
}

/** Checks the tree once in a run; a damaged tree is reported and set aside. */
function isStaged(context: RunContext, { digest }: Pick<OwnTree, "digest">): boolean {
  const tree = recordedTree(rootOf(context, digest));
  return recordedState(context.platform, tree, context.log.warn) === "sound";
}

/** Stages the tree if it is missing or damaged; one process at a time. */
async function ensureStaged(context: RunContext, tree: OwnTree): Promise<void> {
  const { platform } = context;
  if (isStaged(context, tree)) return;
  const root = rootOf(context, tree.digest);
  makeFolders(platform.files, dirname(root));
  const lock = await takeLock(platform, `${root}.lock`);
  try {
    if (isStaged(context, tree)) return;
    stageOwnTree(context, tree);
    recordTree(platform, recordedTree(root));
  } finally {
    lock.release();
  }
}

/** Copies the files under a temporary name, then renames their folder. */
function stageOwnTree(context: RunContext, tree: OwnTree): void {
  const { files } = context.platform;
  const target = treeOf(context, tree);
  const partial = `${target}.partial`;
  removeTree(files, rootOf(context, tree.digest));
  for (const { path } of tree.files) {
    makeFolders(files, dirname(`${partial}/${path}`), 0o755);
    copyFile(files, `${context.projectFolder}/${path}`, `${partial}/${path}`);
    files.setMode(`${partial}/${path}`, 0o644);
  }
  files.rename(partial, target);
}

/** The coordinator step `stage-source`: every tree of this project's own source. */
export function stageWork(context: RunContext): StepWork {
  const trees = ownTrees(context.platform, context.projectFolder);
  const digests = { bq2: trees.bq2.digest, "bq2-native": trees["bq2-native"].digest };
  const key = textDigest(context.platform, canonicalJson(digests));
  return {
    key,
    isPresent: () =>
      Object.values(trees).every(
        (tree) => isStaged(context, tree) && context.state().ownSource?.[tree.name] === tree.digest,
      ),
    stored: () => undefined,
    view: undefined,
    async make() {
      for (const tree of Object.values(trees)) await ensureStaged(context, tree);
      context.update({ ownSource: digests });
      return { output: key };
    },
  };
}
