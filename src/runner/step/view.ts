/** The view of a step: its namespace's base, its needs and its sources, all read-only below an overlay. */
import type { View } from "../../linux/view.ts";
import type { Phase, Step } from "../../plan/plan.ts";
import { makeFolders } from "../../platform/files.ts";
import { isStagedSource } from "../../recipe/package.ts";
import type { RunContext } from "../context/context.ts";
import { findPin } from "../context/keys.ts";
import { type PlannedStep, refOf } from "../context/planned-step.ts";
import { stepFolders } from "../context/workspace.ts";
import { neededTrees } from "../rootfs/layers.ts";
import { requireOpenSeed } from "../setup/seed.ts";
import { soundSourceRoot } from "../setup/source-trees.ts";
import { stagedRoot } from "../setup/staged-tree.ts";

/** The host name in every step. */
const HOSTNAME = "bq2";

/** The view of a step that runs programs. Its overlay is below the step's scratch folder. */
export function stepView(context: RunContext, planned: PlannedStep): View {
  const { phase, step } = planned;
  const base = baseOf(context, phase);
  return overlayView(
    context,
    planned,
    [...base.layers, ...neededTrees(context, step), ...sourceLayers(context, step)],
    [...base.binds, ...context.binds],
  );
}

/** A view with these layers as one root. Makes the folder that the view is mounted on. */
export function overlayView(
  { platform, workspace }: RunContext,
  planned: PlannedStep,
  layers: readonly string[],
  binds: View["binds"],
): View {
  const { changes, mountPoint } = stepFolders(workspace, refOf(planned));
  makeFolders(platform.files, mountPoint, 0o755);
  return {
    root: { kind: "overlay", layers, changes },
    mountPoint,
    sys: false,
    binds,
    hostname: HOSTNAME,
  };
}

/** The seed's tree as the lowest layer, or the host's folders bound over an empty one. */
export function baseOf(context: RunContext, phase: Phase): { layers: string[]; binds: View["binds"] } {
  if (phase.namespace !== "seed") return { layers: [], binds: [] };
  const { base } = requireOpenSeed(context);
  if (base.kind === "tree") return { layers: [base.folder], binds: [] };
  return { layers: [], binds: base.binds.map((bind) => ({ ...bind, readOnly: true })) };
}

function sourceLayers(context: RunContext, step: Step): string[] {
  return step.sources.map((name) =>
    isStagedSource(name) ? stagedRoot(context, name) : soundSourceRoot(context, findPin(context.plan, name)),
  );
}
