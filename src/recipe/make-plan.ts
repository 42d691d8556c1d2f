/** Makes a plan from recipes. Pure: it depends on no clock, disk or machine. */
import type { ArchFacts } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import { type Phase, PLAN_FORMAT, type Plan, pathIn, type Step, type StepRef, stepId } from "../plan/plan.ts";
import type { Pin } from "../plan/source.ts";
import {
  BUILD_ROOT,
  type CoordinatorStep,
  isCross,
  type Package,
  type PhaseRecipe,
  type Place,
  type PlanningContext,
  releaseName,
  SOURCE_ROOT,
  SYSROOT,
} from "./package.ts";
import type { PhaseName } from "./phase-names.ts";

export interface PlanRequest {
  readonly version: string;
  readonly arch: ArchFacts;
  readonly seedArch: ArchFacts;
  readonly profile: string;
  readonly seed: string;
  readonly epoch: number;
  readonly sources: boolean;
  readonly phases: readonly PhaseRecipe[];
}

/**
 * The plan for the phases of `wanted`.
 *
 * @throws Bq2Error `bad-recipe` if no earlier step builds what a step needs; `cannot-cross` if a phase runs
 * programs of the new system, and the system's architecture differs from the seed's.
 */
export function makePlan(wanted: PlanRequest): Plan {
  const cross = isCross(wanted);
  const request = { ...wanted, phases: wanted.phases.filter(({ forSeed }) => cross || !forSeed) };
  if (cross) refuseOwnPrograms(request);
  const pins = collectPins(request.phases);
  const context: PlanningContext = {
    arch: request.arch,
    seedArch: request.seedArch,
    seed: request.seed,
    version: request.version,
    sources: request.sources,
    pins: pins.map(releaseName),
  };
  return {
    format: PLAN_FORMAT,
    version: request.version,
    arch: request.arch.name,
    seedArch: request.seedArch.name,
    profile: request.profile,
    seed: request.seed,
    epoch: request.epoch,
    sources: request.sources,
    pins,
    phases: request.phases.map((recipe) => makePhase(recipe, request, context)),
  };
}

function refuseOwnPrograms({ profile, arch, seedArch, phases }: PlanRequest): void {
  const phase = phases.find(
    ({ namespace, steps }) => namespace === "bq2" && steps.some((step) => !isCoordinatorStep(step)),
  );
  if (phase === undefined) return;
  throw new Bq2Error(
    `Cannot plan ${profile} for ${arch.name} on ${seedArch.name}: ${phase.name} runs programs of the new system`,
    {
      code: "cannot-cross",
      hint: `build it on a machine or VM of ${arch.name}; profile minimal can be built on any`,
    },
  );
}

function isCoordinatorStep(step: Package | CoordinatorStep): step is CoordinatorStep {
  return "coordinator" in step;
}

function collectPins(phases: readonly PhaseRecipe[]): Pin[] {
  const pins = new Map<string, Pin>();
  for (const phase of phases) {
    for (const step of phase.steps) {
      if (isCoordinatorStep(step)) continue;
      for (const pin of pinsOf(step)) pins.set(releaseName(pin), pin);
    }
  }
  return [...pins.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pin]) => pin);
}

/** The release that the package is built from, then the other releases that its build sees. */
function pinsOf(pkg: Package): Pin[] {
  return [...(pkg.source === undefined ? [] : [pkg.source]), ...(pkg.extraSources ?? [])];
}

/** The names of the source trees that the build sees. The one that it is built from comes first. */
function sourcesOf(pkg: Package): string[] {
  const own = pkg.ownSource === undefined ? [] : [pkg.ownSource];
  return [...own, ...pinsOf(pkg).map(releaseName), ...(pkg.folders ?? [])];
}

function makePhase(recipe: PhaseRecipe, request: PlanRequest, context: PlanningContext): Phase {
  return {
    name: recipe.name,
    description: recipe.description,
    namespace: recipe.namespace,
    destdir: recipe.destdir,
    writes: [...recipe.writes],
    env: { ...recipe.env },
    steps: recipe.steps.map((step) =>
      isCoordinatorStep(step)
        ? makeCoordinatorStep(step, recipe, request.phases, context)
        : makeStep(step, recipe, request),
    ),
  };
}

function makeCoordinatorStep(
  step: CoordinatorStep,
  recipe: PhaseRecipe,
  phases: readonly PhaseRecipe[],
  context: PlanningContext,
): Step {
  const toolPhases = toolPhasesOf(phases);
  const tools = toolPhases.length > 0 ? (step.tools ?? []) : [];
  return {
    name: step.name,
    version: "",
    sources: [],
    patches: [],
    needs: tools.map((tool) => findNeed(tool, step, recipe, toolPhases, phases)),
    env: {},
    prefix: "/",
    workdir: "/",
    owners: {},
    build: { kind: "coordinator", action: step.action(context) },
  };
}

function makeStep(pkg: Package, recipe: PhaseRecipe, request: PlanRequest): Step {
  const place: Place = {
    arch: recipe.forSeed ? request.seedArch : request.arch,
    seedArch: request.seedArch,
    destdir: recipe.destdir === null ? "" : pathIn(recipe.namespace, recipe.destdir),
    prefix: recipe.prefix,
    source: sourcesOf(pkg).map((name) => `${SOURCE_ROOT}/${name}`)[0] ?? "",
    workdir: `${BUILD_ROOT}/${pkg.name}`,
    sysroot: SYSROOT,
    buildCompiler: recipe.namespace === "seed" ? "gcc" : `${request.arch.triple}-gcc`,
    epoch: request.epoch,
    version: request.version,
  };
  return {
    name: pkg.name,
    version: pkg.version,
    sources: sourcesOf(pkg),
    patches: [...(pkg.patches ?? [])],
    needs: needsOf(pkg, recipe, request.phases),
    env: { ...pkg.env },
    prefix: recipe.prefix,
    workdir: place.workdir,
    owners: { ...pkg.owners },
    build: pkg.build(place),
  };
}

/** The base of the phase, then the needs of the package, then its tools; each step once. */
function needsOf(pkg: Package, recipe: PhaseRecipe, phases: readonly PhaseRecipe[]): StepRef[] {
  const upToThis = phases.slice(0, phases.indexOf(recipe) + 1);
  const base = (recipe.base ?? []).map((need) => ({ phase: need.phase, step: need.package.name }));
  const needs = pkg.needs.map((need) => findNeed(need, pkg, recipe, recipe.needsFrom, upToThis));
  const toolPhases = toolPhasesOf(phases);
  const toolsFrom = toolPhases.length > 0 ? toolPhases : recipe.needsFrom;
  const tools = (pkg.tools ?? []).map((tool) => findNeed(tool, pkg, recipe, toolsFrom, upToThis));
  const all = new Map([...base, ...needs, ...tools].map((ref) => [stepId(ref.phase, ref.step), ref]));
  return [...all.values()];
}

/** The phases that make the programs that the build runs; none if the build can run the system's own. */
function toolPhasesOf(phases: readonly PhaseRecipe[]): PhaseName[] {
  return phases.filter(({ forSeed }) => forSeed).map(({ name }) => name);
}

/** The step that builds `need` or its replacement, in the first phase of `from` that has one before `by`. */
function findNeed(
  need: Package,
  by: Package | CoordinatorStep,
  recipe: PhaseRecipe,
  from: readonly PhaseName[],
  phases: readonly PhaseRecipe[],
): StepRef {
  for (const name of from) {
    const steps = phases.find((phase) => phase.name === name)?.steps ?? [];
    const before = name === recipe.name ? steps.slice(0, steps.indexOf(by)) : steps;
    const packages = before.filter((step): step is Package => !isCoordinatorStep(step));
    const found =
      packages.find((step) => step.name === need.name) ?? packages.find((step) => step.inPlaceOf === need);
    if (found !== undefined) return { phase: name, step: found.name };
  }
  throw new Bq2Error(
    `Cannot plan ${recipe.name}/${by.name}: it needs ${need.name}, which no earlier step builds`,
    {
      code: "bad-recipe",
      hint: `put ${need.name} before ${by.name} in pkgs/phases.ts, in ${from.join(" or ")}`,
    },
  );
}
