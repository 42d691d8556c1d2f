/**
 * This project's own source, for the steps that are built from it: an allow-list of its folder, copied to where
 * unpacked sources lie. Never documents, tests or recorded digests, so that writing a digest down does not change it.
 */
import { Bq2Error } from "../base/error.ts";
import { canonicalJson } from "../base/json.ts";
import { dirname } from "../base/path.ts";
import { copyFile } from "../platform/copy.ts";
import { makeFolders, removeTree, sha256File, walk } from "../platform/files.ts";
import type { Platform } from "../platform/platform.ts";
import { OWN_SOURCE } from "../recipe/package.ts";
import { type RunContext, requireOwnSource } from "./context.ts";
import { textDigest } from "./manifest.ts";

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

/** Tests, and what only they use. */
const LEFT_OUT = /\.test\.ts$|\/test-[^/]*\.ts$|\/contract(-[^/]*)?\.ts$/;

/** Raise it where the same files are to be staged otherwise. */
const FORMAT = "bq2-own-source/1";

interface StagedFile {
  /** From the project's folder. */
  readonly path: string;
  readonly sha256: string;
}

/** The files, in byte order, with what they hold. Throws Bq2Error `own-source-missing`. */
export function ownFiles(platform: Platform, projectFolder: string): readonly StagedFile[] {
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
  return new Bq2Error(`${projectFolder}/${name} is not there, but bq2 is built from it`, {
    code: "own-source-missing",
    hint: "run bq2 from a whole checkout",
  });
}

export function ownSourceDigest(platform: Platform, staged: readonly StagedFile[]): string {
  return textDigest(platform, canonicalJson({ format: FORMAT, files: staged }));
}

/** Root of the layer that holds a staged source of this digest. */
function rootOf({ workspace }: RunContext, digest: string): string {
  return `${workspace.cache.sourceTrees}/own-${digest}`;
}

/** Root of the layer that holds the staged source. Throws Bq2Error `need-missing` before it has been staged. */
export function ownSourceRoot(context: RunContext): string {
  return rootOf(context, requireOwnSource(context));
}

export function isStaged(context: RunContext, digest: string): boolean {
  return context.platform.files.status(`${rootOf(context, digest)}${OWN_SOURCE}`) !== undefined;
}

/** Copies the files; complete when they have their name. */
export function stageOwnSource(context: RunContext, digest: string, staged: readonly StagedFile[]): void {
  const { files } = context.platform;
  const root = rootOf(context, digest);
  const target = `${root}${OWN_SOURCE}`;
  const partial = `${target}.partial`;
  removeTree(files, root);
  for (const { path } of staged) {
    makeFolders(files, dirname(`${partial}/${path}`), 0o755);
    copyFile(files, `${context.projectFolder}/${path}`, `${partial}/${path}`);
    files.setMode(`${partial}/${path}`, 0o644);
  }
  files.rename(partial, target);
}
