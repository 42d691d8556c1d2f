/**
 * From what a step wrote to its output: only what its phase may write, nothing that takes away what
 * another step made, every time set to the plan's.
 */
import { Bq2Error } from "../../base/error.ts";
import { dirname, isWithin } from "../../base/path.ts";
import { type Manifest, manifestOf } from "../../kept/manifest.ts";
import { forgetOverlay, type OverlayChange, upperChanges } from "../../linux/overlay.ts";
import { pathIn } from "../../plan/plan.ts";
import { makeFolders, walk } from "../../platform/files.ts";
import { folderTree } from "../../trees/folder-tree.ts";
import { OpenFiles } from "../../trees/open-files.ts";
import type { RunContext } from "../context/context.ts";
import type { PlannedStep } from "../context/planned-step.ts";

/** Where a step may leave what it likes: never part of an output. */
const SCRATCH = ["/workspace", "/tmp", "/run", "/dev", "/proc", "/sys", "/root", "/var/tmp"];

export interface Output {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Where the output comes from: an overlay's upper folder, and the read-only trees below it. */
export interface CaptureSource {
  readonly upper: string;
  readonly layers: readonly string[];
}

/**
 * Moves the output out of the overlay to `folder`, which must not exist.
 *
 * @throws Bq2Error `stray-output` where the step wrote or removed what its phase does not let it.
 */
export function captureOutput(
  context: RunContext,
  { id, phase, step }: PlannedStep,
  source: CaptureSource,
  folder: string,
): Output {
  const { files } = context.platform;
  const destdir = phase.destdir === null ? "" : pathIn(phase.namespace, phase.destdir);
  const allowed = phase.writes.map((path) => (path === "/" ? destdir || "/" : `${destdir}${path}`));
  for (const change of upperChanges(context.platform, source.upper)) {
    const wrong = problemWith(context, change, source, allowed);
    if (wrong !== undefined) throw strayOutput(id, wrong, allowed);
  }
  makeFolders(files, folder, 0o755);
  for (const path of allowed) takeOut(context, source.upper, path, folder, destdir);
  settle(context, folder);
  const contents = new OpenFiles(files);
  try {
    const tree = folderTree(files, contents, folder, { owners: "root", times: context.plan.epoch });
    return { folder, manifest: manifestOf(context.platform, tree, step.owners) };
  } finally {
    contents.closeAll();
  }
}

/** What is wrong with a change, such as `removed /usr/bin/make`; undefined where it is fine. */
function problemWith(
  context: RunContext,
  change: OverlayChange,
  source: CaptureSource,
  allowed: readonly string[],
): string | undefined {
  const path = `/${change.path}`;
  if (SCRATCH.some((folder) => isWithin(path, folder))) return undefined;
  if (change.kind === "removed") return `removed ${path}`;
  const isFolder = change.status.kind === "folder";
  // overlayfs marks every new folder opaque; only one that the layers have too was replaced.
  const isThere = (layer: string): boolean => context.platform.files.status(`${layer}${path}`) !== undefined;
  if (change.isOpaque && source.layers.some(isThere)) return `replaced ${path}`;
  const isInside = allowed.some((folder) => isWithin(path, folder));
  const leadsThere = isFolder && allowed.some((folder) => isWithin(folder, path));
  // What a stray folder holds says more than its own name.
  const isFilled = isFolder && context.platform.files.list(`${source.upper}${path}`).length > 0;
  return isInside || leadsThere || isFilled ? undefined : `wrote ${path}`;
}

function strayOutput(id: string, wrong: string, allowed: readonly string[]): Bq2Error {
  return new Bq2Error(`Cannot keep the output of ${id}: it ${wrong}`, {
    code: "stray-output",
    hint: `a step of this phase may only add to ${allowed.join(", ")}: pass it a prefix or DESTDIR there`,
  });
}

/** Moves `path` of the overlay to its place in the output; folders above it are made anew. */
function takeOut(context: RunContext, upper: string, path: string, folder: string, destdir: string): void {
  const { files } = context.platform;
  const from = path === "/" ? upper : `${upper}${path}`;
  if (files.status(from) === undefined) return;
  const inOutput = path === "/" ? "" : path.slice(destdir.length);
  if (inOutput !== "") {
    makeFolders(files, dirname(`${folder}${inOutput}`), 0o755);
    for (let above = dirname(inOutput); above !== "/"; above = dirname(above))
      files.setMode(`${folder}${above}`, 0o755); // whatever the umask
    files.rename(from, `${folder}${inOutput}`);
    return;
  }
  for (const name of files.list(from)) {
    if (destdir === "" && SCRATCH.includes(`/${name}`)) continue;
    files.rename(`${from}/${name}`, `${folder}/${name}`);
  }
}

/** One time for everything, no notes of overlayfs: the output becomes a layer itself. */
function settle(context: RunContext, folder: string): void {
  const { files } = context.platform;
  files.setMode(folder, 0o755);
  const below = Array.from(walk(files, folder)).reverse(); // folders behind what they hold
  for (const { path, status } of below) {
    if (status.kind !== "symlink") forgetOverlay(files, `${folder}/${path}`);
    files.setTime(`${folder}/${path}`, context.plan.epoch);
  }
  files.setTime(folder, context.plan.epoch);
}
