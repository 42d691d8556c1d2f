/**
 * Runs a plan: phases in order, steps in order, each from the state or the store where its key is
 * known, else for real. The state is written after every step.
 */
import { Bq2Error } from "../base/error.ts";
import { type Phase, type Step, type StepRef, stepId } from "../plan/plan.ts";
import type { StepRecord } from "../plan/state.ts";
import { assembleRootfs, assembleSysroot } from "./assemble.ts";
import type { RunContext } from "./context.ts";
import { hostStep } from "./host-actions.ts";
import { namespaceStep } from "./namespace-step.ts";
import { StepFailure, writeReport } from "./report.ts";

export interface Selection {
  /** Names of phases, in any order; undefined: all. */
  readonly phases?: readonly string[] | undefined;
  /** Names of steps; undefined or empty: all of those phases. */
  readonly packages?: readonly string[] | undefined;
}

export interface RunOptions extends Selection {
  /** False: build the selected steps even where state and store have them. */
  readonly resume: boolean;
  readonly reports: boolean;
}

/** How a kind of step tells its key, whether it is still there, and how it is made. */
export interface StepWork {
  readonly key: string;
  /** What a record promises is in fact there. */
  isPresent(record: StepRecord): boolean;
  /** The output that the store has for the key. */
  stored(): string | undefined;
  make(): Promise<Made>;
}

export interface Made {
  /** Digest of the output. */
  readonly output: string;
  /** Processor seconds of the programs that ran in a namespace. */
  readonly cpuSeconds?: number;
}

/** The phases and steps that a selection names. Throws Bq2Error `unknown-step` for a name that is not there. */
export function select(
  context: RunContext,
  selection: Selection,
): { phase: Phase; steps: readonly Step[] }[] {
  const names = context.plan.phases.map((phase) => phase.name);
  for (const name of selection.phases ?? []) {
    if (!names.includes(name)) throw unknown("phase", name, names);
  }
  const phases = context.plan.phases.filter((phase) => selection.phases?.includes(phase.name) ?? true);
  const packages = selection.packages ?? [];
  const known = phases.flatMap((phase) => phase.steps.map((step) => step.name));
  for (const name of packages) if (!known.includes(name)) throw unknown("step", name, known);
  return phases
    .map((phase) => ({
      phase,
      steps: phase.steps.filter((step) => packages.length === 0 || packages.includes(step.name)),
    }))
    .filter(({ steps }) => steps.length > 0);
}

function unknown(what: string, name: string, known: readonly string[]): Bq2Error {
  return new Bq2Error(`Cannot find the ${what} ${name} in the plan`, {
    code: "unknown-step",
    hint: `there are: ${[...new Set(known)].join(", ")}`,
  });
}

/** Runs what is selected. Rejects with the error of the first step that fails, its report written. */
export async function runPlan(context: RunContext, options: RunOptions): Promise<void> {
  const { log } = context;
  const start = context.platform.clock.monotonicSeconds();
  for (const { phase, steps } of select(context, options)) {
    const phaseStart = context.platform.clock.monotonicSeconds();
    log.info(`Executing phase ${phase.name} (namespace=${phase.namespace})`);
    log.info(`**** ${phase.description} ****`);
    log.info(`Executing ${steps.length} build steps`);
    for (const step of steps) await runStep(context, phase, step, options);
    if (isComplete(context, phase)) finishPhase(context, phase);
    log.info("All build steps completed");
    log.info(`Completed phase ${phase.name} in ${elapsed(context, phaseStart)}`);
  }
  log.info(`Completed sysroot run in ${elapsed(context, start)}`);
}

function elapsed(context: RunContext, since: number): string {
  return `${(context.platform.clock.monotonicSeconds() - since).toFixed(3)}s`;
}

async function runStep(context: RunContext, phase: Phase, step: Step, options: RunOptions): Promise<void> {
  const ref = { phase: phase.name, step: step.name };
  const id = stepId(phase.name, step.name);
  const work = workOf(context, phase, step);
  const record = context.state().done[id];
  if (options.resume && record?.key === work.key && work.isPresent(record)) {
    context.log.info(`Finished ${step.name} already`);
    return;
  }
  context.update({ current: ref });
  const stored = options.resume ? work.stored() : undefined;
  if (stored !== undefined) {
    finishStep(context, ref, { key: work.key, output: stored, seconds: 0 });
    context.log.info(`Finished ${step.name} (its output was in the store)`);
    return;
  }
  const start = context.platform.clock.monotonicSeconds();
  context.log.info(
    `Building ${[step.name, step.version].join(" ").trim()} in ${step.workdir} (phase=${phase.name})`,
  );
  context.log.info(`Starting ${step.build.kind} build for ${step.name} (cpus=${context.jobs})`);
  const made = await makeOrReport(context, phase, step, work, options);
  const seconds = Math.round((context.platform.clock.monotonicSeconds() - start) * 1000) / 1000;
  if (!options.resume && record?.key === work.key && record.output !== made.output) {
    context.log.warn(
      `${id} came out otherwise than before: ${record.output} was, ${made.output} is. It is not reproducible`,
    );
  }
  finishStep(context, ref, { key: work.key, ...made, seconds });
  context.log.info(`Finished ${step.name} in ${seconds.toFixed(3)}s`);
}

async function makeOrReport(
  context: RunContext,
  phase: Phase,
  step: Step,
  work: StepWork,
  options: RunOptions,
): Promise<Made> {
  try {
    return await work.make();
  } catch (error) {
    if (!options.reports || (error instanceof StepFailure && error.interrupted)) throw error;
    const report = writeReport(context, phase, step, error);
    context.update({ lastFailure: { phase: phase.name, step: step.name, report } });
    context.log.error(`Failed ${stepId(phase.name, step.name)}, report in ${report}`);
    throw error;
  }
}

function finishStep(context: RunContext, ref: StepRef, record: StepRecord): void {
  const id = stepId(ref.phase, ref.step);
  const { done, lastFailure } = context.state();
  const isFailure = lastFailure?.phase === ref.phase && lastFailure.step === ref.step;
  context.update({ done: { ...done, [id]: record }, lastFailure: isFailure ? null : lastFailure });
}

export function workOf(context: RunContext, phase: Phase, step: Step): StepWork {
  return step.build.kind === "host"
    ? hostStep(context, step.build.action)
    : namespaceStep(context, phase, step);
}

/** True where every step of the phase is recorded as done. */
export function isComplete(context: RunContext, phase: Phase): boolean {
  const { done } = context.state();
  return phase.steps.every((step) => done[stepId(phase.name, step.name)] !== undefined);
}

/** Lays the outputs of a finished phase out where the user can enter them. */
function finishPhase(context: RunContext, phase: Phase): void {
  if (phase.steps.every((step) => step.build.kind === "host")) return;
  const isSysroot = ({ destdir, namespace }: Phase): boolean => destdir === null && namespace === "seed";
  const phases = context.plan.phases.filter((other) => isSysroot(other) && isComplete(context, other));
  if (isSysroot(phase)) assembleSysroot(context, phases);
  else assembleRootfs(context);
}
