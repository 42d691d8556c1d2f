/** What a step sees: its namespace's base, what it needs, its sources; all read-only below an overlay. */
import { Bq2Error } from "../../base/error.ts";
import type { View } from "../../linux/view.ts";
import type { Phase, Step } from "../../plan/plan.ts";
import { makeFolders } from "../../platform/files.ts";
import { isOwnSource } from "../../recipe/package.ts";
import type { Seed } from "../../seeds/resolved-seed.ts";
import { openSeed } from "../../seeds/seed.ts";
import { neededTrees } from "../rootfs/layers.ts";
import { type RunContext, requireSeed } from "../run/context.ts";
import { findPin } from "./keys.ts";
import { ownSourceRoot } from "./own-source.ts";
import { sourceTreeRoot } from "./source-trees.ts";

/** The name of every build's machine. */
export const HOSTNAME = "bq2";

/** The view of `step`, its overlay below `scratch` (made if it is not there). */
export function stepView(context: RunContext, phase: Phase, step: Step, scratch: string): View {
  const mountPoint = `${scratch}/mount`;
  makeFolders(context.platform.files, mountPoint, 0o755);
  const base = baseOf(context, phase);
  const layers = [...base.layers, ...neededTrees(context, step), ...sourceLayers(context, step)];
  return {
    root: { kind: "overlay", layers, changes: changesOf(scratch) },
    mountPoint,
    sys: false,
    binds: [...base.binds, ...context.binds.map((bind) => ({ ...bind, readOnly: false }))],
    hostname: HOSTNAME,
  };
}

/** The seed's tree as a lowest layer, or the host's folders bound over an empty one. */
export function baseOf(context: RunContext, phase: Phase): { layers: string[]; binds: View["binds"] } {
  if (phase.namespace !== "seed") return { layers: [], binds: [] };
  const { base } = requireOpenSeed(context);
  if (base.kind === "tree") return { layers: [base.folder], binds: [] };
  return { layers: [], binds: base.binds.map((bind) => ({ ...bind, readOnly: true })) };
}

/** The seed's files. Throws Bq2Error `seed-changed` where they are gone, `need-missing` before they were laid out. */
export function requireOpenSeed(context: RunContext): Seed {
  const digest = requireSeed(context);
  const seed = openSeed(context.platform, context.workspace.cache.root, digest);
  if (seed !== undefined) return seed;
  throw new Bq2Error(
    `Cannot enter the seed ${digest.slice(0, 12)}…: it is no longer in ${context.workspace.cache.root}`,
    {
      code: "seed-changed",
      hint: "run bq2 sysroot-runner --phase host-setup, which lays it out again",
    },
  );
}

function sourceLayers(context: RunContext, step: Step): string[] {
  return step.sources.map((name) =>
    isOwnSource(name) ? ownSourceRoot(context, name) : sourceTreeRoot(context, findPin(context.plan, name)),
  );
}

/** Where a step's overlay keeps what is written: `upper` in it. */
export function changesOf(scratch: string): string {
  return `${scratch}/changes`;
}
