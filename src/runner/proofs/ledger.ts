/**
 * The ledger: per step, the machine code (ELF files, static libraries) visible to it that no step of ours made. In the
 * seed that is all of the seed's; behind it only what a step copied instead of making it.
 *
 * A copy is told by its step, where that runs no program, or by its bytes, where the seed is not our own: a seed that
 * is our own rootfs has equal files in any case. What a linker takes out of the seed's libraries is not seen.
 */
import { isWithin } from "../../base/path.ts";
import { type Phase, type Plan, type Step, type StepRef, stepId } from "../../plan/plan.ts";
import { sha256File, walk } from "../../platform/files.ts";
import type { Platform } from "../../platform/platform.ts";
import { actionsOf } from "../../recipe/expansions.ts";
import { SYSROOT } from "../../recipe/package.ts";
import type { Seed } from "../../seeds/resolved-seed.ts";
import type { RunContext } from "../context/context.ts";
import { closure, findStep } from "../context/keys.ts";
import { builtSteps, layersOf, rootfsSteps } from "../rootfs/layers.ts";
import { type Layer, mergeLayers } from "../rootfs/merge.ts";
import { requireOpenSeed } from "../setup/seed.ts";
import { finalSteps } from "./compare.ts";
import { isMachineCode } from "./origins.ts";

export interface LedgerEntry extends StepRef {
  /** The seed's own files, where the step runs in it; absolute, in byte order. */
  readonly ofSeed: readonly string[];
  /** Files of outputs that the step sees and that were copied out of the seed; absolute, in tree order. */
  readonly carried: readonly string[];
}

interface SeedFile {
  readonly path: string;
  readonly place: string;
  readonly size: number;
}

/** Every step that has been built, in the order of the plan; at last those that write tarball and image. */
export function ledger(context: RunContext): LedgerEntry[] {
  const { plan, platform } = context;
  const seed = requireOpenSeed(context);
  const seedFiles = machineCodeOf(platform, seed);
  const carriedBy = carriedFinder(context, seed.isOwn ? [] : seedFiles);
  const isDone = ({ phase, step }: StepRef): boolean =>
    context.state().done[stepId(phase, step)] !== undefined;
  const steps = builtSteps(plan.phases)
    .filter(isDone)
    .map((ref) => {
      const layers = layersOf(context, closure(plan, findStep(plan, ref)));
      const hidden = new Set(layers.flatMap(({ manifest }) => manifest.map(({ path }) => `/${path}`)));
      const isInSeed = phaseOf(plan, ref)?.namespace === "seed";
      const ofSeed = isInSeed ? seedFiles.map(({ path }) => path).filter((path) => !hidden.has(path)) : [];
      return { ...ref, ofSeed, carried: layers.flatMap(carriedBy) };
    });
  const final = finalSteps(plan).filter(isDone);
  const carried = final.length === 0 ? [] : carriedInRootfs(context, carriedBy);
  return [...steps, ...final.map((ref) => ({ ...ref, ofSeed: [], carried }))];
}

/** What remains of copied files in the finished rootfs, where later outputs have replaced some. */
function carriedInRootfs(context: RunContext, carriedBy: (layer: Layer) => string[]): string[] {
  const merged = mergeLayers(layersOf(context, rootfsSteps(context.plan)));
  const kept = new Set(merged.map(({ entry, layer }) => `${layer.output}/${entry.path}`));
  const layers = [...new Set(merged.map(({ layer }) => layer))];
  return layers.flatMap((layer) => carriedBy(layer).filter((path) => kept.has(`${layer.output}${path}`)));
}

/** Entries that may not be: in the new system nothing is visible of the seed but a toolchain, in the end not even that. */
export function unwantedEntries(plan: Plan, entries: readonly LedgerEntry[]): LedgerEntry[] {
  const final = finalSteps(plan).map(({ phase }) => phase);
  return entries
    .filter((entry) => phaseOf(plan, entry)?.namespace === "bq2")
    .map((entry) => ({
      ...entry,
      carried: entry.carried.filter((path) => final.includes(entry.phase) || !isWithin(path, SYSROOT)),
    }))
    .filter(({ carried }) => carried.length > 0);
}

function phaseOf(plan: Plan, { phase }: StepRef): Phase | undefined {
  return plan.phases.find(({ name }) => name === phase);
}

function machineCodeOf(platform: Platform, { base }: Seed): SeedFile[] {
  const roots = base.kind === "tree" ? [{ source: base.folder, target: "" }] : base.binds.filter(isOutermost);
  return roots.flatMap(({ source, target }) => {
    if (platform.files.status(source)?.kind !== "folder") return [];
    return [...walk(platform.files, source)]
      .filter(({ status }) => status.kind === "file")
      .map(({ path, status }) => ({
        path: `${target}/${path}`,
        place: `${source}/${path}`,
        size: status.size,
      }))
      .filter(({ place, size }) => isMachineCode(platform.files, place, size));
  });
}

/** /bin is /usr/bin on most machines: bound once more, but the same files. */
function isOutermost<T extends { readonly source: string }>(bind: T, _: number, all: readonly T[]): boolean {
  return !all.some((other) => other.source !== bind.source && isWithin(bind.source, other.source));
}

/** Gives the files of an output that were copied out of the seed. */
function carriedFinder(context: RunContext, seedFiles: readonly SeedFile[]): (layer: Layer) => string[] {
  const { platform, plan, store } = context;
  const bySize = new Map<number, SeedFile[]>();
  for (const file of seedFiles) bySize.set(file.size, [...(bySize.get(file.size) ?? []), file]);
  const digests = new Map<string, string>();
  const digestOf = ({ place }: SeedFile): string => {
    const digest = digests.get(place) ?? sha256File(platform, place);
    digests.set(place, digest);
    return digest;
  };
  const known = new Map<string, string[]>();
  const find = (layer: Layer): string[] => {
    const phase = phaseOf(plan, layer);
    if (phase?.namespace !== "seed") return [];
    const isCopy = makesNothing(phase, findStep(plan, layer));
    return layer.manifest.flatMap((entry) => {
      if (entry.kind !== "file") return [];
      const place = `${store.treeOf(layer.output)}/${entry.path}`;
      if (!isMachineCode(platform.files, place, entry.size)) return [];
      const isSeeds = (bySize.get(entry.size) ?? []).some((file) => digestOf(file) === entry.sha256);
      return isCopy || isSeeds ? [`/${entry.path}`] : [];
    });
  };
  return (layer) => {
    const id = stepId(layer.phase, layer.step);
    const found = known.get(id) ?? find(layer);
    known.set(id, found);
    return found;
  };
}

/** True where no action of the step starts a program: whatever machine code it puts down was there before. */
function makesNothing(phase: Phase, step: Step): boolean {
  return actionsOf(phase, step).every(({ kind }) => kind !== "run" && kind !== "compile");
}
