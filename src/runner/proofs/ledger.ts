/**
 * The ledger: for each step, the machine code (ELF files, static libraries) that it sees and that no step of
 * this project made. In the seed that is all of the seed's machine code; later only what a step copied from
 * it.
 *
 * A file counts as a copy if its step runs no program, or if its bytes equal a file of the seed. The bytes
 * are not compared if the seed is our own rootfs, which has equal files anyway. What a linker takes from the
 * seed's libraries is not detected.
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
  /** The seed's own files, for a step that runs in the seed; absolute, in byte order. */
  readonly ofSeed: readonly string[];
  /** Files of outputs that the step sees and that were copied from the seed; absolute, in tree order. */
  readonly carried: readonly string[];
}

interface SeedFile {
  readonly path: string;
  readonly place: string;
  readonly size: number;
}

/** Every step that has been built, in plan order; the steps that write tarball and image come last. */
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

/** Copied files that remain in the finished rootfs after later outputs have replaced some. */
function carriedInRootfs(context: RunContext, carriedBy: (layer: Layer) => string[]): string[] {
  const merged = mergeLayers(layersOf(context, rootfsSteps(context.plan)));
  const kept = new Set(merged.map(({ entry, layer }) => `${layer.output}/${entry.path}`));
  const layers = [...new Set(merged.map(({ layer }) => layer))];
  return layers.flatMap((layer) => carriedBy(layer).filter((path) => kept.has(`${layer.output}${path}`)));
}

/** Forbidden entries. Steps in the new system may see copies only in the toolchain, the final steps none. */
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

/** /bin is a link to /usr/bin on most machines: bound twice, but the same files. */
function isOutermost<T extends { readonly source: string }>(bind: T, _: number, all: readonly T[]): boolean {
  return !all.some((other) => other.source !== bind.source && isWithin(bind.source, other.source));
}

/** Returns a function that lists the files of an output that were copied from the seed. */
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

/** Whether no action of the step starts a program, so that its machine code existed before. */
function makesNothing(phase: Phase, step: Step): boolean {
  return actionsOf(phase, step).every(({ kind }) => kind !== "run" && kind !== "compile");
}
