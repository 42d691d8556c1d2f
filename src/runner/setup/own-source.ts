/**
 * This project's own source, for the steps that are built from it: an allow-list of its folder, copied to the
 * folder of unpacked sources. Documents, tests and recorded digests are left out, so that recording a digest
 * does not change it.
 */
import { Bq2Error } from "../../base/error.ts";
import { canonicalJson } from "../../base/json.ts";
import { isWithin } from "../../base/path.ts";
import { textDigest } from "../../kept/manifest.ts";
import { sha256File, walk } from "../../platform/files.ts";
import type { Platform } from "../../platform/platform.ts";
import type { OwnSource } from "../../recipe/package.ts";
import type { RunContext } from "../context/context.ts";
import type { StepWork } from "../context/work.ts";
import { type StagedTree, stagingWork } from "./staged-tree.ts";

/** Folders and files at the top of the project. */
export const OWN_SOURCE_PARTS = [
  "LICENSE",
  "bq2.ts",
  "native",
  "package.json",
  "pkgs",
  "src",
  "systems",
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

function stagedTree({ projectFolder }: RunContext, { name, digest, files }: OwnTree): StagedTree {
  return {
    name,
    digest,
    entries: files.map(({ path }) => ({ kind: "file", path, from: `${projectFolder}/${path}`, mode: 0o644 })),
  };
}

/** The coordinator step `stage-source`: every tree of this project's own source. */
export function stageWork(context: RunContext): StepWork {
  const trees = Object.values(ownTrees(context.platform, context.projectFolder));
  return stagingWork(
    context,
    trees.map((tree) => stagedTree(context, tree)),
  );
}
