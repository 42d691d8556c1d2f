/**
 * The workspace's copies of built outputs: `/opt/sysroot` in the seed rootfs, and the generated rootfs beside
 * it. They are for users to enter and inspect; artifacts are packed from the store.
 */
import { canonicalJson } from "../../base/json.ts";
import { dirname } from "../../base/path.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { textDigest } from "../../kept/manifest.ts";
import { type Phase, stepId } from "../../plan/plan.ts";
import { copyFile } from "../../platform/copy.ts";
import { makeFolders, readText, removeTree } from "../../platform/files.ts";
import { SYSROOT } from "../../recipe/package.ts";
import type { RunContext } from "../context/context.ts";
import { layersOf, rootfsSteps } from "./layers.ts";
import { mergeLayers, type OwnedEntry } from "./merge.ts";

/** Copies the outputs of a complete phase to where the user can inspect and enter them. */
export function layOutPhase(context: RunContext, phase: Phase): void {
  if (!isComplete(context, phase)) return; // the run covers only some of its steps
  if (phase.steps.every(({ build }) => build.kind === "coordinator")) return;
  const isSysroot = ({ destdir, namespace }: Phase): boolean => destdir === null && namespace === "seed";
  const phases = context.plan.phases.filter((other) => isSysroot(other) && isComplete(context, other));
  if (isSysroot(phase)) assembleSysroot(context, phases);
  else assembleRootfs(context);
}

/** Copies the outputs of every complete rootfs phase to the workspace's bq2 rootfs, unless they are there. */
export function assembleRootfs(context: RunContext): void {
  const { bq2Rootfs } = context.workspace;
  const complete = context.plan.phases.filter((phase) => isComplete(context, phase)).map(({ name }) => name);
  const built = rootfsSteps(context.plan).filter(({ phase }) => complete.includes(phase));
  const merged = mergeLayers(layersOf(context, built));
  assemble(context, bq2Rootfs, merged, `${bq2Rootfs}.digest`, () => clearRootfs(context, bq2Rootfs));
}

/** Whether every step of the phase is recorded as done. */
export function isComplete(context: RunContext, phase: Phase): boolean {
  const { done } = context.state();
  return phase.steps.every((step) => done[stepId(phase.name, step.name)] !== undefined);
}

/** Removes all outputs, and keeps the workspace and the plan with its state below /var/lib. */
function clearRootfs({ platform: { files } }: RunContext, rootfs: string): void {
  const removeAllBut = (folder: string, kept: (name: string) => boolean): void => {
    if (files.status(folder) === undefined) return;
    for (const name of files.list(folder)) if (!kept(name)) removeTree(files, `${folder}/${name}`);
  };
  removeAllBut(rootfs, (name) => name === "var" || name === "workspace");
  removeAllBut(`${rootfs}/var`, (name) => name === "lib");
  removeAllBut(`${rootfs}/var/lib`, (name) => name.startsWith("sysroot-"));
}

/** Copies the outputs of the complete sysroot phases to the workspace's seed rootfs. */
function assembleSysroot(context: RunContext, phases: readonly Phase[]): void {
  const { seedRootfs } = context.workspace;
  // Phase by phase, because two phases may build a package for different architectures, in different folders.
  const merged = phases.flatMap(({ name, steps }) =>
    mergeLayers(
      layersOf(
        context,
        steps.map((step) => ({ phase: name, step: step.name })),
      ),
    ),
  );
  const sysroot = `${seedRootfs}${SYSROOT}`;
  assemble(context, seedRootfs, merged, `${sysroot}.digest`, () =>
    removeTree(context.platform.files, sysroot),
  );
}

function assemble(
  context: RunContext,
  target: string,
  merged: readonly OwnedEntry[],
  marker: string,
  clear: () => void,
): void {
  const { files } = context.platform;
  const digest = textDigest(context.platform, canonicalJson(merged.map(({ entry }) => entry)));
  if (files.status(marker) !== undefined && readText(files, marker) === `${digest}\n`) return;
  if (files.status(marker) !== undefined) files.removeFile(marker);
  clear();
  for (const { entry, layer } of merged) {
    placeEntry(context, `${context.store.treeOf(layer.output)}/${entry.path}`, target, entry);
  }
  files.writeFile(marker, encodeUtf8(`${digest}\n`));
}

function placeEntry(context: RunContext, from: string, target: string, entry: OwnedEntry["entry"]): void {
  const { files } = context.platform;
  const to = entry.path === "" ? target : `${target}/${entry.path}`;
  makeFolders(files, dirname(to), 0o755);
  switch (entry.kind) {
    case "folder":
      makeFolders(files, to, 0o755);
      files.setMode(to, entry.mode);
      break;
    case "symlink":
      files.symlink(entry.target, to);
      break;
    case "hardlink":
      files.link(`${target}/${entry.target}`, to);
      break;
    case "file":
      copyFile(files, from, to);
      break;
  }
}
