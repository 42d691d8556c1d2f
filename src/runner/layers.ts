/** Which outputs make up what: what a step sees, and what the finished rootfs holds. */
import type { Tree } from "../formats/tree.ts";
import { OpenFiles } from "../image/open-files.ts";
import type { Phase, Plan, Step, StepRef } from "../plan/plan.ts";
import { type RunContext, requireOutput } from "./context.ts";
import { closure } from "./keys.ts";
import { type ManifestEntry, treeEntry } from "./manifest.ts";
import { type Layer, mergeLayers } from "./rootfs.ts";

/** Folders of the store that `step` sees above its base, in the order of the plan. */
export function neededTrees(context: RunContext, step: Step): string[] {
  return closure(context.plan, step).map((ref) => context.store.treeOf(requireOutput(context, ref)));
}

/** Phases whose outputs make up the generated rootfs, in order. */
export function rootfsPhases(plan: Plan): Phase[] {
  return plan.phases.filter((phase) => phase.destdir?.root === "bq2" || phase.namespace === "bq2");
}

/** Steps whose outputs make up the generated rootfs, in the order of the plan. */
export function rootfsSteps(plan: Plan): StepRef[] {
  return rootfsPhases(plan).flatMap((phase) =>
    phase.steps
      .filter((step) => step.build.kind !== "host")
      .map((step) => ({ phase: phase.name, step: step.name })),
  );
}

export function layersOf(context: RunContext, refs: readonly StepRef[]): Layer[] {
  return refs.map((ref) => {
    const output = requireOutput(context, ref);
    return { ...ref, output, manifest: context.store.manifestOf(output) };
  });
}

/**
 * The finished rootfs as a tree, for `use`: owners and modes from the manifests, bytes from the store, one time.
 */
export async function withBuiltRootfs<T>(context: RunContext, use: (tree: Tree) => Promise<T>): Promise<T> {
  const sources = new OpenFiles(context.platform.files);
  const content = (layer: Layer) => (file: ManifestEntry) => {
    const path = `${context.store.treeOf(layer.output)}/${file.path}`;
    // Holes depend on the store's file system, and would show in a disk image: every byte counts as data.
    return sources.contentOf(path, file.kind === "file" ? file.size : 0, false);
  };
  const merged = mergeLayers(layersOf(context, rootfsSteps(context.plan)));
  try {
    return await use(merged.map(({ entry, layer }) => treeEntry(entry, context.plan.epoch, content(layer))));
  } finally {
    sources.closeAll();
  }
}
