/** Whether two builds came out the same: step by step, and where one does not, the first file that differs. */
import type { StepRef } from "../plan/plan.ts";
import type { RunContext } from "./context.ts";
import { layersOf, rootfsSteps } from "./layers.ts";
import type { Manifest, ManifestEntry } from "./manifest.ts";
import { comparePaths, type Layer } from "./rootfs.ts";

export interface StepComparison extends StepRef {
  /** Such as `/usr/bin/make: other content`; undefined where the outputs are equal. */
  readonly difference: string | undefined;
}

/** The steps whose outputs make up the rootfs, of two builds that are both complete; in the order of the first plan. */
export function compareBuilds(a: RunContext, b: RunContext): StepComparison[] {
  const own = layersOf(a, rootfsSteps(a.plan));
  const others = layersOf(b, rootfsSteps(b.plan));
  const missing = others.filter((other) => findLayer(own, other) === undefined);
  return [
    ...own.map(({ phase, step, manifest }) => {
      const other = findLayer(others, { phase, step });
      const difference =
        other === undefined ? "only the first has it" : firstDifference(manifest, other.manifest);
      return { phase, step, difference };
    }),
    ...missing.map(({ phase, step }) => ({ phase, step, difference: "only the second has it" })),
  ];
}

function findLayer(layers: readonly Layer[], { phase, step }: StepRef): Layer | undefined {
  return layers.find((layer) => layer.phase === phase && layer.step === step);
}

/** The first path, in tree order, that two outputs do not have alike; undefined where they are equal. */
export function firstDifference(a: Manifest, b: Manifest): string | undefined {
  const others = new Map(b.map((entry) => [entry.path, entry]));
  const paths = new Set([...a, ...b].map(({ path }) => path));
  const own = new Map(a.map((entry) => [entry.path, entry]));
  for (const path of [...paths].sort(comparePaths)) {
    const difference = entryDifference(own.get(path), others.get(path));
    if (difference !== undefined) return `/${path}: ${difference}`;
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
    return `other content (sha256 ${a.sha256.slice(0, 12)}…, and ${b.sha256.slice(0, 12)}…)`;
  }
  if ("target" in a && "target" in b && a.target !== b.target) return `to ${a.target}, and to ${b.target}`;
  return undefined;
}
