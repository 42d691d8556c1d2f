/**
 * Runs a plan: each step from the state or the store where its key is known, else for real, as soon as what it needs is
 * there. The state is written after every step.
 */
import { Bq2Error, describeError } from "../../base/error.ts";
import { type Phase, type Step, type StepRef, stepId } from "../../plan/plan.ts";
import type { StepRecord } from "../../plan/state.ts";
import { hostStep } from "../step/coordinator-step.ts";
import { namespaceStep } from "../step/namespace-step.ts";
import type { Made, StepWork } from "../step/work.ts";
import type { RunContext } from "./context.ts";
import { expectedSeconds, loadDurations, noteDuration } from "./durations.ts";
import { StepFailure, writeReport } from "./failure-report.ts";
import { elapsedSince, type PhaseRun, phaseRun } from "./phase-log.ts";
import { predecessors, runTasks, type Task } from "./schedule.ts";

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

/** How often to look whether the steps that run have left a job. */
const POLL_SECONDS = 0.1;

/**
 * Runs what is selected, steps side by side where their needs allow. Rejects with the error of the first step that failed,
 * its report written; what ran beside it has come to its end by then.
 */
export async function runPlan(context: RunContext, options: RunOptions): Promise<void> {
  const { log, platform } = context;
  const start = platform.clock.monotonicSeconds();
  const selected = new Map<string, { readonly phase: PhaseRun; readonly step: Step }>();
  for (const { phase, steps } of select(context, options)) {
    const run = phaseRun(context, phase, steps.length);
    for (const step of steps) selected.set(stepId(phase.name, step.name), { phase: run, step });
  }
  await runTasks({
    tasks: tasksOf(context, [...selected.keys()]),
    slots: context.pool,
    prepare(id) {
      const found = selected.get(id);
      return found === undefined ? undefined : prepareStep(context, found.phase, found.step, options);
    },
    onFailure(running) {
      if (running.length > 0 && !context.interruption.happened())
        log.info(`Nothing more begins; ${running.join(", ")} may come to its end`);
    },
    pause: () => platform.clock.sleep(POLL_SECONDS),
  });
  log.info(`Completed sysroot run in ${elapsedSince(context, start)}`);
}

/** What each step waits for, and about how long it takes. */
function tasksOf({ platform, plan, workspace }: RunContext, ids: readonly string[]): Task[] {
  const before = predecessors(plan);
  const durations = loadDurations(platform, workspace.cache);
  const seconds = new Map(
    plan.phases.flatMap(({ name, steps }) =>
      steps.map((step) => [stepId(name, step.name), expectedSeconds(durations, name, step)] as const),
    ),
  );
  return ids.map((id) => ({
    id,
    after: before.get(id) ?? [],
    seconds: seconds.get(id) ?? 0,
  }));
}

/** Takes the step from state or store where they have it; else gives the work that makes it. */
function prepareStep(
  context: RunContext,
  run: PhaseRun,
  step: Step,
  options: RunOptions,
): (() => Promise<void>) | undefined {
  const { phase } = run;
  const ref = { phase: phase.name, step: step.name };
  run.begin();
  const work = workOf(context, phase, step);
  const record = context.state().done[stepId(phase.name, step.name)];
  if (options.resume && record?.key === work.key && work.isPresent(record)) {
    context.log.info(`Finished ${step.name} already`);
    run.stepOver();
    return undefined;
  }
  const stored = options.resume ? work.stored() : undefined;
  if (stored !== undefined) {
    finishStep(context, ref, { key: work.key, output: stored, seconds: 0 });
    context.log.info(`Finished ${step.name} (its output was in the store)`);
    run.stepOver();
    return undefined;
  }
  return async () => {
    await makeStep(context, phase, step, work, options);
    run.stepOver();
  };
}

async function makeStep(
  context: RunContext,
  phase: Phase,
  step: Step,
  work: StepWork,
  options: RunOptions,
): Promise<void> {
  const { log, platform, workspace } = context;
  const ref = { phase: phase.name, step: step.name };
  const id = stepId(phase.name, step.name);
  const before = context.state().done[id];
  context.update({ current: ref });
  const start = platform.clock.monotonicSeconds();
  const began = Math.round(platform.clock.nowMicroseconds() / 1000) / 1000;
  log.info(`Building ${[step.name, step.version].join(" ").trim()} in ${step.workdir} (phase=${phase.name})`);
  log.info(`Starting ${step.build.kind} build for ${step.name} (cpus=${context.pool.size})`);
  const made = await makeOrReport(context, phase, step, work, options);
  const seconds = Math.round((platform.clock.monotonicSeconds() - start) * 1000) / 1000;
  if (!options.resume && before?.key === work.key && before.output !== made.output) {
    log.warn(
      `${id} came out otherwise than before: ${before.output} was, ${made.output} is. It is not reproducible`,
    );
  }
  finishStep(context, ref, { key: work.key, ...made, seconds, began });
  noteDuration(platform, workspace.cache, id, made.cpuSeconds ?? seconds);
  log.info(`Finished ${step.name} in ${seconds.toFixed(3)}s`);
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
    recordFailure(context, phase, step, error);
    throw error;
  }
}

/**
 * Writes the report, and into the state what failed. A disk that is full takes neither: that is said, and the step's
 * own error remains the one that the run ends with.
 */
function recordFailure(context: RunContext, phase: Phase, step: Step, error: unknown): void {
  const id = stepId(phase.name, step.name);
  try {
    const report = writeReport(context, phase, step, error);
    // What it once gave is not what the plan asks for now: the next step to build is this one.
    const { [id]: _, ...done } = context.state().done;
    context.update({ done, lastFailure: { phase: phase.name, step: step.name, report } });
    context.log.error(`Failed ${id}, report in ${report}`);
  } catch (second) {
    context.log.error(`Failed ${id}, and no report could be written: ${describeError(second)}`);
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
