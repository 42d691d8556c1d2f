/** From recipes to a plan. Pure: no clock, no disk, no machine. */
import type { ArchFacts } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import { type Phase, PLAN_FORMAT, type Plan, pathIn, type Step, type StepRef } from "../plan/plan.ts";
import type { Pin } from "../plan/source.ts";
import {
  BUILD_ROOT,
  type HostContext,
  type HostStep,
  OWN_SOURCE_NAME,
  type Package,
  type PhaseRecipe,
  type Place,
  releaseName,
  SOURCE_ROOT,
  SYSROOT,
} from "./package.ts";

export interface PlanRequest {
  readonly version: string;
  readonly arch: ArchFacts;
  readonly profile: string;
  readonly seed: string;
  readonly epoch: number;
  readonly sources: boolean;
  readonly phases: readonly PhaseRecipe[];
}

/** The plan for these phases. Throws Bq2Error `bad-recipe` where a need has no step before it. */
export function makePlan(request: PlanRequest): Plan {
  const pins = collectPins(request.phases);
  const context: HostContext = {
    arch: request.arch,
    seed: request.seed,
    version: request.version,
    sources: request.sources,
    pins: pins.map(releaseName),
  };
  const done: Phase[] = [];
  for (const recipe of request.phases) done.push(makePhase(recipe, request, context, done));
  return {
    format: PLAN_FORMAT,
    version: request.version,
    arch: request.arch.name,
    profile: request.profile,
    seed: request.seed,
    epoch: request.epoch,
    sources: request.sources,
    pins,
    phases: done,
  };
}

function isHostStep(step: Package | HostStep): step is HostStep {
  return "host" in step;
}

function collectPins(phases: readonly PhaseRecipe[]): Pin[] {
  const pins = new Map<string, Pin>();
  for (const phase of phases) {
    for (const step of phase.steps) {
      if (isHostStep(step)) continue;
      for (const pin of pinsOf(step)) pins.set(releaseName(pin), pin);
    }
  }
  return [...pins.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pin]) => pin);
}

/** What it is unpacked from first, then what else it sees. */
function pinsOf(pkg: Package): Pin[] {
  return [...(pkg.source === undefined ? [] : [pkg.source]), ...(pkg.extraSources ?? [])];
}

/** Names of the trees that it sees, its own first. */
function sourcesOf(pkg: Package): string[] {
  return [...(pkg.ownSource ? [OWN_SOURCE_NAME] : []), ...pinsOf(pkg).map(releaseName)];
}

function makePhase(
  recipe: PhaseRecipe,
  request: PlanRequest,
  context: HostContext,
  before: readonly Phase[],
): Phase {
  const steps: Step[] = [];
  for (const step of recipe.steps) {
    steps.push(
      isHostStep(step) ? makeHostStep(step, context) : makeStep(step, recipe, request, before, steps),
    );
  }
  return {
    name: recipe.name,
    description: recipe.description,
    namespace: recipe.namespace,
    destdir: recipe.destdir,
    writes: [...recipe.writes],
    env: { ...recipe.env },
    steps,
  };
}

function makeHostStep(step: HostStep, context: HostContext): Step {
  return {
    name: step.name,
    version: "",
    sources: [],
    patches: [],
    needs: [],
    env: {},
    prefix: "/",
    workdir: "/",
    owners: {},
    build: { kind: "host", action: step.action(context) },
  };
}

function makeStep(
  pkg: Package,
  recipe: PhaseRecipe,
  request: PlanRequest,
  before: readonly Phase[],
  siblings: readonly Step[],
): Step {
  const place: Place = {
    arch: request.arch,
    phase: recipe.name,
    destdir: recipe.destdir === null ? "" : pathIn(recipe.namespace, recipe.destdir),
    prefix: recipe.prefix,
    source: sourcesOf(pkg).map((name) => `${SOURCE_ROOT}/${name}`)[0] ?? "",
    workdir: `${BUILD_ROOT}/${pkg.name}`,
    sysroot: SYSROOT,
    epoch: request.epoch,
    version: request.version,
  };
  return {
    name: pkg.name,
    version: pkg.version,
    sources: sourcesOf(pkg),
    patches: [...(pkg.patches ?? [])],
    needs: pkg.needs.map((need) => findNeed(need, pkg, recipe, before, siblings)),
    env: { ...pkg.env },
    prefix: recipe.prefix,
    workdir: place.workdir,
    owners: { ...pkg.owners },
    build: pkg.build(place),
  };
}

function findNeed(
  need: Package,
  by: Package,
  recipe: PhaseRecipe,
  before: readonly Phase[],
  siblings: readonly Step[],
): StepRef {
  for (const phase of recipe.needsFrom) {
    const steps = phase === recipe.name ? siblings : before.find((other) => other.name === phase)?.steps;
    if (steps?.some((step) => step.name === need.name)) return { phase, step: need.name };
  }
  throw new Bq2Error(
    `Cannot plan ${recipe.name}/${by.name}: it needs ${need.name}, which no earlier step builds`,
    {
      code: "bad-recipe",
      hint: `looked in ${recipe.needsFrom.join(", ")}; put ${need.name} before it in pkgs/phases.ts`,
    },
  );
}
