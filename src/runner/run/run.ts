/**
 * Runs a plan. A step whose key the state or the store has is not run. Every other step runs as soon as its
 * needs are done. The state is written after every step.
 */
import { describeError } from "../../base/error.ts";
import { stepId } from "../../plan/plan.ts";
import type { StepRecord } from "../../plan/state.ts";
import type { RunContext } from "../context/context.ts";
import { type PlannedStep, refOf, type Selection, selectSteps } from "../context/planned-step.ts";
import type { Made, StepWork } from "../context/work.ts";
import { layOutPhase } from "../rootfs/assemble.ts";
import { StepFailure } from "../step/failure.ts";
import { expectedSeconds, loadDurations, noteDuration } from "./durations.ts";
import { writeFailureReport } from "./failure-report.ts";
import { elapsedSince, PhaseLog } from "./phase-log.ts";
import { predecessors, runTasks, type Task } from "./schedule.ts";
import { workOf } from "./work.ts";

export interface RunOptions extends Selection {
  /** False: build the selected steps even if the state or the store has them. */
  readonly resume: boolean;
  /** Write failure reports. */
  readonly reports: boolean;
}

/** Interval between looks for a job that a running step gave back. */
const POLL_SECONDS = 0.1;

/**
 * Runs the selected steps, in parallel as far as their needs allow. Rejects with the error of the first step
 * that failed, after its failure report is written and the running steps have ended.
 */
export async function runPlan(context: RunContext, options: RunOptions): Promise<void> {
  const { log, platform } = context;
  const start = platform.clock.monotonicSeconds();
  const selected = new Map(selectSteps(context.plan, options).map((planned) => [planned.id, planned]));
  const phases = new PhaseLog(context, [...selected.values()]);
  await runTasks({
    tasks: tasksOf(context, [...selected.keys()]),
    slots: context.pool,
    prepare(id) {
      const planned = selected.get(id);
      return planned === undefined ? undefined : prepareStep(context, phases, planned, options);
    },
    onFailure(running) {
      if (running.length > 0 && !context.interruption.happened())
        log.info(`Starting no more steps; waiting for ${running.join(", ")} to end`);
    },
    pause: () => platform.clock.sleep(POLL_SECONDS),
  });
  log.info(`Completed sysroot run in ${elapsedSince(context, start)}`);
}

/** The tasks of the steps: what each waits for, and its estimated duration. */
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

/** Takes the step from the state or the store if possible; otherwise returns the work that makes it. */
function prepareStep(
  context: RunContext,
  phases: PhaseLog,
  planned: PlannedStep,
  options: RunOptions,
): (() => Promise<void>) | undefined {
  const { step } = planned;
  phases.stepBegins(planned);
  const work = workOf(context, planned);
  const record = context.state().done[planned.id];
  if (options.resume && record?.key === work.key && work.isPresent(record)) {
    context.log.info(`Finished ${step.name} already`);
    stepEnds(context, phases, planned);
    return undefined;
  }
  const stored = options.resume ? work.stored() : undefined;
  if (stored !== undefined) {
    recordDone(context, planned, { key: work.key, output: stored, seconds: 0 });
    context.log.info(`Finished ${step.name} (its output was in the store)`);
    stepEnds(context, phases, planned);
    return undefined;
  }
  return async () => {
    await makeStep(context, planned, work, options);
    stepEnds(context, phases, planned);
  };
}

/** After the last step of a phase, copies its outputs to where the user can inspect them. */
function stepEnds(context: RunContext, phases: PhaseLog, planned: PlannedStep): void {
  if (!phases.isLast(planned)) return;
  layOutPhase(context, planned.phase);
  phases.phaseEnds(planned.phase);
}

async function makeStep(
  context: RunContext,
  planned: PlannedStep,
  work: StepWork,
  options: RunOptions,
): Promise<void> {
  const { log, platform, workspace } = context;
  const { id, phase, step } = planned;
  const before = context.state().done[id];
  context.update({ current: refOf(planned) });
  const start = platform.clock.monotonicSeconds();
  const began = Math.round(platform.clock.nowMicroseconds() / 1000) / 1000;
  log.info(`Building ${[step.name, step.version].join(" ").trim()} in ${step.workdir} (phase=${phase.name})`);
  log.info(`Starting ${step.build.kind} build for ${step.name} (cpus=${context.pool.size})`);
  const made = await makeOrReport(context, planned, work, options);
  const seconds = Math.round((platform.clock.monotonicSeconds() - start) * 1000) / 1000;
  if (!options.resume && before?.key === work.key && before.output !== made.output) {
    log.warn(
      `${id} is not reproducible: the same inputs gave ${before.output} before, and ${made.output} now`,
    );
  }
  recordDone(context, planned, { key: work.key, ...made, seconds, began });
  noteDuration(platform, workspace.cache, id, made.cpuSeconds ?? seconds);
  log.info(`Finished ${step.name} in ${seconds.toFixed(3)}s`);
}

async function makeOrReport(
  context: RunContext,
  planned: PlannedStep,
  work: StepWork,
  options: RunOptions,
): Promise<Made> {
  try {
    return await work.make();
  } catch (error) {
    if (!options.reports || (error instanceof StepFailure && error.interrupted)) throw error;
    recordFailure(context, planned, work, error);
    throw error;
  }
}

/**
 * Writes the failure report, and records the failure in the state. If neither can be written (a full disk),
 * that is logged, and the run still ends with the step's own error.
 */
function recordFailure(context: RunContext, planned: PlannedStep, work: StepWork, error: unknown): void {
  const { id } = planned;
  try {
    const report = writeFailureReport(context, planned, work, error);
    // Without its earlier output, which the plan no longer asks for, this step is the next one to build.
    const { [id]: _, ...done } = context.state().done;
    context.update({ done, lastFailure: { ...refOf(planned), report } });
    context.log.error(`Failed ${id}, failure report in ${report}`);
  } catch (second) {
    context.log.error(`Failed ${id}, but no failure report could be written: ${describeError(second)}`);
  }
}

function recordDone(context: RunContext, { id, phase, step }: PlannedStep, record: StepRecord): void {
  const { done, lastFailure } = context.state();
  const isFailure = lastFailure?.phase === phase.name && lastFailure.step === step.name;
  context.update({ done: { ...done, [id]: record }, lastFailure: isFailure ? null : lastFailure });
}
