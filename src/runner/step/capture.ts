/**
 * Turns what a step wrote into its output. The step may write only where its phase allows, and may not remove
 * what another step made. Every time in the output is the plan's.
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

/** Folders in which a step may leave anything; they are never part of an output. */
const SCRATCH = ["/workspace", "/tmp", "/run", "/dev", "/proc", "/sys", "/root", "/var/tmp"];

export interface Output {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** The source of an output: an overlay's upper folder, and the read-only trees below it. */
export interface CaptureSource {
  readonly upper: string;
  readonly layers: readonly string[];
}

/**
 * Moves the output out of the overlay to `folder`, which must not exist.
 *
 * @throws Bq2Error `stray-output` if the step wrote or removed something that its phase does not allow.
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

/** What is wrong with a change, such as `removed /usr/bin/make`; undefined if it is allowed. */
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
  // overlayfs marks every new folder opaque; it was replaced only if a layer has it too.
  const isThere = (layer: string): boolean => context.platform.files.status(`${layer}${path}`) !== undefined;
  if (change.isOpaque && source.layers.some(isThere)) return `replaced ${path}`;
  const isInside = allowed.some((folder) => isWithin(path, folder));
  const leadsThere = isFolder && allowed.some((folder) => isWithin(folder, path));
  // The contents of a stray folder say more than its own name.
  const isFilled = isFolder && context.platform.files.list(`${source.upper}${path}`).length > 0;
  return isInside || leadsThere || isFilled ? undefined : `wrote ${path}`;
}

function strayOutput(id: string, wrong: string, allowed: readonly string[]): Bq2Error {
  return new Bq2Error(`Cannot keep the output of ${id}: it ${wrong}`, {
    code: "stray-output",
    hint: `a step of this phase may only add to ${allowed.join(", ")}: give it a prefix or DESTDIR there`,
  });
}

/** Moves `path` of the overlay to its place in the output, and makes the folders above it. */
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

/** Sets one time, and removes overlayfs's attributes, because the output becomes a layer itself. */
function settle(context: RunContext, folder: string): void {
  const { files } = context.platform;
  files.setMode(folder, 0o755);
  const below = Array.from(walk(files, folder)).reverse(); // folders after their contents
  for (const { path, status } of below) {
    if (status.kind !== "symlink") forgetOverlay(files, `${folder}/${path}`);
    files.setTime(`${folder}/${path}`, context.plan.epoch);
  }
  files.setTime(folder, context.plan.epoch);
}
