/** The entries of an artifact: the finished rootfs and, in an image, /workspace with the sources. */
import { dirname } from "../../base/path.ts";
import type { ManifestEntry } from "../../kept/manifest.ts";
import type { CoordinatorAction } from "../../plan/action.ts";
import { walk } from "../../platform/files.ts";
import { OWN_SOURCE } from "../../recipe/package.ts";
import { verifiedArchive } from "../../sources/cache.ts";
import type { RunContext } from "../context/context.ts";
import { findPin } from "../context/keys.ts";
import { layersOf, rootfsSteps } from "../rootfs/layers.ts";
import { comparePaths, mergeLayers } from "../rootfs/merge.ts";
import { sourceTree } from "../setup/source-trees.ts";
import { stagedRoot } from "../setup/staged-tree.ts";
import type { ArtifactEntry } from "./request.ts";

/** Folder of an image's own sources. */
const WORKSPACE = "workspace";
const OWN_FOLDER = `${WORKSPACE}/bq2`;
const ARCHIVE_FOLDER = `${WORKSPACE}/sources`;

const FOLDER_MODE = 0o755;
const FILE_MODE = 0o644;

/** The finished rootfs, in tree order. */
export function rootfsEntries(context: RunContext): ArtifactEntry[] {
  return mergeLayers(layersOf(context, rootfsSteps(context.plan))).map(({ entry, layer }) =>
    artifactEntry(entry, `${context.store.treeOf(layer.output)}/${entry.path}`),
  );
}

function artifactEntry(entry: ManifestEntry, from: string): ArtifactEntry {
  if (entry.kind !== "file") return entry;
  const { kind, path, mode, uid, gid, size } = entry;
  return { kind, path, mode, uid, gid, size, from };
}

type Modules = NonNullable<Extract<CoordinatorAction, { kind: "write-image" }>["sources"]>["modules"];

/** `entries` and /workspace: this project's source, the npm packages it imports, and every pinned archive. */
export function withSources(
  context: RunContext,
  entries: readonly ArtifactEntry[],
  modules: Modules,
): ArtifactEntry[] {
  const files = [...ownEntries(context), ...moduleEntries(context, modules), ...archiveEntries(context)];
  const there = new Set(entries.map(({ path }) => path));
  const folders = parentsOf(files).filter(({ path }) => !there.has(path));
  return [...entries, ...folders, ...files].sort((a, b) => comparePaths(a.path, b.path));
}

function ownEntries(context: RunContext): ArtifactEntry[] {
  return entriesBelow(context, `${stagedRoot(context, "bq2")}${OWN_SOURCE}`, OWN_FOLDER);
}

/** `only`: path endings of the files to include; empty: all files of the package. */
function moduleEntries(context: RunContext, modules: Modules): ArtifactEntry[] {
  return modules.flatMap(({ module, pin, only }) =>
    entriesBelow(
      context,
      sourceTree(context, findPin(context.plan, pin)),
      `${OWN_FOLDER}/node_modules/${module}`,
    ).filter(({ path }) => only.length === 0 || only.some((end) => path.endsWith(end))),
  );
}

function archiveEntries(context: RunContext): ArtifactEntry[] {
  const { plan, platform, workspace } = context;
  return plan.pins
    .flatMap(({ archives }) => archives)
    .map((archive) =>
      fileEntry(
        `${ARCHIVE_FOLDER}/${archive.file}`,
        archive.size,
        verifiedArchive(platform, workspace.cache.root, archive),
      ),
    );
}

/** The regular files below a folder of this machine. */
function entriesBelow({ platform }: RunContext, folder: string, at: string): ArtifactEntry[] {
  return [...walk(platform.files, folder)]
    .filter(({ status }) => status.kind === "file")
    .map(({ path, status }) => fileEntry(`${at}/${path}`, status.size, `${folder}/${path}`));
}

function fileEntry(path: string, size: number, from: string): ArtifactEntry {
  return { kind: "file", path, mode: FILE_MODE, uid: 0, gid: 0, size, from };
}

function parentsOf(files: readonly ArtifactEntry[]): ArtifactEntry[] {
  const paths = new Set<string>();
  for (const { path } of files) {
    for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) paths.add(folder);
  }
  return [...paths].map((path) => ({ kind: "folder", path, mode: FOLDER_MODE, uid: 0, gid: 0 }));
}
