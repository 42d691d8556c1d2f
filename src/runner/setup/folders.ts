/**
 * Folders of the user: what a system's declaration copies into the image. They are read again at every run.
 * Names, bytes, the executable bit and links within the folder count; times and owners do not.
 */
import { Bq2Error } from "../../base/error.ts";
import { canonicalJson } from "../../base/json.ts";
import { textDigest } from "../../kept/manifest.ts";
import type { CoordinatorAction } from "../../plan/action.ts";
import { sha256File, walk } from "../../platform/files.ts";
import { linkLeadsOut } from "../../trees/link-target.ts";
import type { RunContext } from "../context/context.ts";
import type { StepWork } from "../context/work.ts";
import { type StagedEntry, type StagedTree, stagingWork } from "./staged-tree.ts";

/** Raise it when the same folder is staged differently. */
const FORMAT = "bq2-folder/1";

/** Names that are left out wherever they are: version control, and this program's own folder. */
const LEFT_OUT = new Set([".git", ".bq2"]);

const EXECUTABLE = 0o100;

type Folder = Extract<CoordinatorAction, { kind: "stage-folders" }>["folders"][number];

/** The folder as it is now. Throws Bq2Error `bad-folder`. */
function folderTree(context: RunContext, { name, from }: Folder): StagedTree {
  const { platform, workspace } = context;
  const root = `${workspace.system}/${from}`;
  if (platform.files.statusFollowed(root)?.kind !== "folder") {
    throw badFolder(root, "it is not a folder", "folder(…) names a folder beside the system file");
  }
  const entries = [...walk(platform.files, root)]
    .filter(({ path }) => !path.split("/").some((part) => LEFT_OUT.has(part)))
    .flatMap(({ path, status }): StagedEntry[] => {
      if (status.kind === "folder") return [];
      if (status.kind === "symlink") return [linkEntry(context, root, path)];
      if (status.kind !== "file") throw badFolder(`${root}/${path}`, `it is a ${status.kind}`, "remove it");
      const mode = (status.mode & EXECUTABLE) === 0 ? 0o644 : 0o755;
      return [{ kind: "file", path, from: `${root}/${path}`, mode }];
    });
  const facts = entries.map((entry) =>
    entry.kind === "link"
      ? { path: entry.path, target: entry.target }
      : { path: entry.path, mode: entry.mode, sha256: sha256File(platform, entry.from) },
  );
  const digest = textDigest(platform, canonicalJson({ format: FORMAT, name, facts }));
  return { name, digest, entries };
}

function linkEntry({ platform: { files } }: RunContext, root: string, path: string): StagedEntry {
  const target = files.readLink(`${root}/${path}`);
  if (linkLeadsOut(files, root, path)) {
    throw badFolder(`${root}/${path}`, `it is a link to ${target}, which is outside the folder`, "remove it");
  }
  return { kind: "link", path, target };
}

function badFolder(path: string, found: string, hint: string): Bq2Error {
  return new Bq2Error(`Cannot copy ${path} into the image: ${found}`, { code: "bad-folder", hint });
}

/** The coordinator step `stage-folders`. */
export function stageFoldersWork(
  context: RunContext,
  action: Extract<CoordinatorAction, { kind: "stage-folders" }>,
): StepWork {
  return stagingWork(
    context,
    action.folders.map((folder) => folderTree(context, folder)),
  );
}
