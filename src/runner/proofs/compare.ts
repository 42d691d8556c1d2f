/** Compares two builds step by step, and names the first file that differs in each. */

import type { Manifest, ManifestEntry } from "../../kept/manifest.ts";
import { type Plan, type StepRef, stepId } from "../../plan/plan.ts";
import { makesArtifact } from "../artifacts/artifacts.ts";
import type { RunContext } from "../context/context.ts";
import { layersOf, rootfsSteps } from "../rootfs/layers.ts";
import { comparePaths, type Layer } from "../rootfs/merge.ts";

/** The first path at which two outputs differ. */
export interface FileDifference {
  /** In the output, without a leading `/`. */
  readonly path: string;
  /** Such as `mode 755, and 700`. */
  readonly how: string;
}

export interface StepComparison extends StepRef {
  /** Such as `/usr/bin/make: different content`; undefined if the outputs are equal. */
  readonly difference: string | undefined;
  /** The path of the difference, if it is in one file. */
  readonly path: string | undefined;
  /** The keys are equal: both builds made it from equal inputs, so this step causes the difference. */
  readonly sameInputs: boolean;
}

/**
 * Compares the outputs of two complete builds, in the order of the first plan.
 *
 * @param stepsOf The steps of a plan to compare; by default those that make up the rootfs.
 */
export function compareBuilds(
  a: RunContext,
  b: RunContext,
  stepsOf: (plan: Plan) => readonly StepRef[] = rootfsSteps,
): StepComparison[] {
  const own = layersOf(a, stepsOf(a.plan));
  const others = layersOf(b, stepsOf(b.plan));
  const missing = others.filter((other) => findLayer(own, other) === undefined);
  const onlyOne = { path: undefined, sameInputs: false };
  return [
    ...own.map((layer) => {
      const { phase, step } = layer;
      const other = findLayer(others, layer);
      if (other === undefined) return { phase, step, difference: "only the first has it", ...onlyOne };
      const found = firstDifference(layer.manifest, other.manifest);
      const difference = found === undefined ? undefined : `/${found.path}: ${found.how}`;
      return { phase, step, difference, path: found?.path, sameInputs: keyOf(a, layer) === keyOf(b, layer) };
    }),
    ...missing.map(({ phase, step }) => ({ phase, step, difference: "only the second has it", ...onlyOne })),
  ];
}

function keyOf(context: RunContext, { phase, step }: StepRef): string | undefined {
  return context.state().done[stepId(phase, step)]?.key;
}

/** Compares the recorded digests of two builds' tarballs and disks; skips what either build lacks. */
export function compareFinal(a: RunContext, b: RunContext): StepComparison[] {
  return finalSteps(a.plan)
    .map((ref) => ({ ref, own: a.state().done[stepId(ref.phase, ref.step)]?.output }))
    .flatMap(({ ref, own }) => {
      const other = b.state().done[stepId(ref.phase, ref.step)]?.output;
      if (own === undefined || other === undefined) return [];
      const difference = own === other ? undefined : `sha256 ${own}, and ${other}`;
      return [{ ...ref, difference, path: undefined, sameInputs: keyOf(a, ref) === keyOf(b, ref) }];
    });
}

/** Steps that write the tarball and the disk image. */
export function finalSteps(plan: Plan): StepRef[] {
  return plan.phases.flatMap(({ name, steps }) =>
    steps.filter(makesArtifact).map((step) => ({ phase: name, step: step.name })),
  );
}

function findLayer(layers: readonly Layer[], { phase, step }: StepRef): Layer | undefined {
  return layers.find((layer) => layer.phase === phase && layer.step === step);
}

/** The first path, in tree order, at which two outputs differ; undefined if they are equal. */
export function firstDifference(a: Manifest, b: Manifest): FileDifference | undefined {
  const others = new Map(b.map((entry) => [entry.path, entry]));
  const paths = new Set([...a, ...b].map(({ path }) => path));
  const own = new Map(a.map((entry) => [entry.path, entry]));
  for (const path of [...paths].sort(comparePaths)) {
    const how = entryDifference(own.get(path), others.get(path));
    if (how !== undefined) return { path, how };
  }
  return undefined;
}

function entryDifference(a: ManifestEntry | undefined, b: ManifestEntry | undefined): string | undefined {
  if (a === undefined) return "only the second has it";
  if (b === undefined) return "only the first has it";
  if (a.kind !== b.kind) return `a ${a.kind}, and a ${b.kind}`;
  if (a.mode !== b.mode) return `mode ${a.mode.toString(8)}, and ${b.mode.toString(8)}`;
  if (a.uid !== b.uid || a.gid !== b.gid) return `owner ${a.uid}:${a.gid}, and ${b.uid}:${b.gid}`;
  if (a.kind === "file" && b.kind === "file" && a.sha256 !== b.sha256) {
    return `different content (sha256 ${a.sha256.slice(0, 12)}…, and ${b.sha256.slice(0, 12)}…)`;
  }
  if ("target" in a && "target" in b && a.target !== b.target)
    return `a link to ${a.target}, and to ${b.target}`;
  return undefined;
}
