/**
 * The key of a step's output: a digest of everything that the output can depend on. Equal keys mean equal
 * outputs, so an output that the store has under a key is never built again.
 */
import { canonicalJson } from "../../base/json.ts";
import { textDigest } from "../../kept/manifest.ts";
import { type Plan, type Step, type StepRef, stepId } from "../../plan/plan.ts";
import type { Archive, Pin } from "../../plan/source.ts";
import type { Platform } from "../../platform/platform.ts";
import { isStagedSource, releaseName } from "../../recipe/package.ts";
import type { PlannedStep } from "./planned-step.ts";

/** Raise it when the runner changes what a step sees or how its output is captured. */
const RUNNER_FORMAT = "bq2-step/1";
/** Raise it when unpacking changes the contents of a source tree. */
const UNPACK_FORMAT = "bq2-source-tree/1";

export function planDigest(platform: Platform, plan: Plan): string {
  return textDigest(platform, canonicalJson(plan));
}

export function findStep(plan: Plan, ref: StepRef): Step {
  const step = plan.phases.find((phase) => phase.name === ref.phase)?.steps.find((s) => s.name === ref.step);
  if (step === undefined) throw new RangeError(`Cannot find ${stepId(ref.phase, ref.step)} in the plan`);
  return step;
}

/** Everything that `step` needs, directly or indirectly, each once, in plan order. */
export function closure(plan: Plan, step: Step): StepRef[] {
  const wanted = new Set<string>();
  const visit = (needs: readonly StepRef[]): void => {
    for (const need of needs) {
      const id = stepId(need.phase, need.step);
      if (wanted.has(id)) continue;
      wanted.add(id);
      visit(findStep(plan, need).needs);
    }
  };
  visit(step.needs);
  return plan.phases.flatMap((phase) =>
    phase.steps
      .filter((other) => wanted.has(stepId(phase.name, other.name)))
      .map((other) => ({ phase: phase.name, step: other.name })),
  );
}

export function findPin(plan: Plan, release: string): Pin {
  const pin = plan.pins.find((candidate) => releaseName(candidate) === release);
  if (pin === undefined) throw new RangeError(`Cannot find the pin ${release} in the plan`);
  return pin;
}

/** Name of a source tree in the cache: a digest of its archives and of how they are unpacked. */
export function sourceTreeKey(platform: Platform, pin: Pin): string {
  const archives = pin.archives.map(({ sha256, inner, unread }: Archive) =>
    inner === undefined && unread === undefined ? sha256 : { sha256, inner, unread },
  );
  return textDigest(platform, canonicalJson({ format: UNPACK_FORMAT, release: releaseName(pin), archives }));
}

/** Digests of what a plan only names and a run resolves. */
export interface Resolved {
  readonly seed: string;
  /** The digest of a staged tree. */
  readonly staged: (name: string) => string;
}

/** The key of a step that runs in a namespace. `outputs` returns the output digest of a needed step. */
export function stepKey(
  platform: Platform,
  plan: Plan,
  { phase, step, actions }: PlannedStep,
  resolved: Resolved,
  outputs: (ref: StepRef) => string,
): string {
  const inputs = {
    format: RUNNER_FORMAT,
    epoch: plan.epoch,
    namespace: phase.namespace,
    seed: phase.namespace === "seed" ? resolved.seed : null,
    destdir: phase.destdir,
    writes: phase.writes,
    owners: step.owners,
    actions,
    sources: step.sources.map((name) =>
      isStagedSource(name) ? resolved.staged(name) : sourceTreeKey(platform, findPin(plan, name)),
    ),
    sees: closure(plan, step).map(outputs),
  };
  return textDigest(platform, canonicalJson(inputs));
}
