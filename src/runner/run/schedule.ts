/**
 * Decides in which order steps run, and which in parallel. A step sees only its needs, read-only, so it may
 * run as soon as they are done; phases need not wait for each other.
 */
import { type Plan, stepId } from "../../plan/plan.ts";
import { closure } from "../context/keys.ts";

/**
 * The steps that each step waits for, by `phase/step`, in plan order: everything that it needs. Coordinator
 * steps state no needs; they wait for all steps before them in the plan, and all later steps wait for them.
 */
export function predecessors(plan: Plan): Map<string, readonly string[]> {
  const all = new Map<string, readonly string[]>();
  const ofCoordinator: string[] = [];
  for (const phase of plan.phases) {
    for (const step of phase.steps) {
      const id = stepId(phase.name, step.name);
      const isCoordinator = step.build.kind === "coordinator";
      const needs = closure(plan, step).map((need) => stepId(need.phase, need.step));
      all.set(id, isCoordinator ? [...all.keys()] : [...ofCoordinator, ...needs]);
      if (isCoordinator) ofCoordinator.push(id);
    }
  }
  return all;
}

export interface Task {
  readonly id: string;
  /** Tasks that must end first; ids that are not among the schedule's tasks are ignored. */
  readonly after: readonly string[];
  /** Estimated duration. */
  readonly seconds: number;
}

export interface Schedule {
  /** In an order in which they could run one after another. */
  readonly tasks: readonly Task[];
  /** Each running task holds one slot, taken or borrowed. */
  readonly slots: { tryTake(): boolean; borrow(): boolean; give(): void };
  /** Called when all tasks before this one have ended; returns the work left to do, if any. */
  prepare(id: string): (() => Promise<void>) | undefined;
  /** Called at the first failure, with the tasks that still run. */
  onFailure(running: readonly string[]): void;
  /** Waits a moment, because programs of running tasks may give slots back. */
  pause(): Promise<void>;
}

/**
 * Runs every task; of those that are ready, the one with the longest chain of dependents starts first. After
 * a failure no task starts; when the running ones have ended, the first failure is thrown.
 */
export function runTasks(schedule: Schedule): Promise<void> {
  return new Run(schedule).run();
}

/**
 * Number of failed attempts to take a slot after which a task borrows one. A busy make immediately takes
 * back every job that it gives, so a task that starts with slow work for one processor (configure) would
 * come last.
 */
export const PATIENCE = 100;

interface ReadyTask {
  readonly id: string;
  readonly work: () => Promise<void>;
}

class Run {
  readonly #schedule: Schedule;
  readonly #waiting: Waiting;
  readonly #ready: ReadyTask[] = [];
  readonly #running = new Map<string, Promise<void>>();
  readonly #failures: unknown[] = [];
  #failedAttempts = 0;

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
    this.#waiting = new Waiting(schedule.tasks);
  }

  async run(): Promise<void> {
    for (;;) {
      this.#admit();
      while (this.#ready.length > 0 && this.#takeSlot()) this.#begin();
      if (this.#running.size === 0 && this.#ready.length === 0) break;
      const forSlots = this.#ready.length > 0 ? [this.#schedule.pause()] : [];
      await Promise.race([...this.#running.values(), ...forSlots]);
    }
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  #takeSlot(): boolean {
    const { slots } = this.#schedule;
    const taken = slots.tryTake() || (++this.#failedAttempts >= PATIENCE && slots.borrow());
    if (taken) this.#failedAttempts = 0;
    return taken;
  }

  /** Prepares every task that no longer waits for another. */
  #admit(): void {
    while (this.#failures.length === 0) {
      const id = this.#waiting.next();
      if (id === undefined) break;
      try {
        const work = this.#schedule.prepare(id);
        if (work === undefined) this.#waiting.end(id);
        else this.#ready.push({ id, work });
      } catch (error) {
        this.#fail(error);
      }
    }
    const chain = ({ id }: ReadyTask): number => this.#waiting.chainSeconds(id);
    this.#ready.sort((a, b) => chain(b) - chain(a));
  }

  /** Starts the first ready task, whose slot was taken. */
  #begin(): void {
    const task = this.#ready.shift();
    if (task === undefined) return;
    const ended = task.work().then(
      () => this.#waiting.end(task.id),
      (error: unknown) => this.#fail(error, task.id),
    );
    const release = (): void => {
      this.#running.delete(task.id);
      this.#schedule.slots.give();
    };
    this.#running.set(task.id, ended.finally(release));
  }

  #fail(error: unknown, failed?: string): void {
    this.#ready.length = 0;
    if (this.#failures.push(error) > 1) return;
    this.#schedule.onFailure([...this.#running.keys()].filter((id) => id !== failed));
  }
}

/** Which tasks may be prepared, and how long a chain depends on each. */
class Waiting {
  readonly #left: Map<string, Set<string>>;
  readonly #chains: ReadonlyMap<string, number>;

  constructor(tasks: readonly Task[]) {
    const ids = new Set(tasks.map(({ id }) => id));
    this.#left = new Map(
      tasks.map(({ id, after }) => [id, new Set(after.filter((other) => ids.has(other)))]),
    );
    this.#chains = chainsOf(tasks);
  }

  /** Removes and returns the first task that no longer waits for another. */
  next(): string | undefined {
    for (const [id, before] of this.#left) {
      if (before.size > 0) continue;
      this.#left.delete(id);
      return id;
    }
    return undefined;
  }

  end(id: string): void {
    for (const before of this.#left.values()) before.delete(id);
  }

  /** Seconds of the longest chain of tasks that begins with this one. */
  chainSeconds(id: string): number {
    return this.#chains.get(id) ?? 0;
  }
}

function chainsOf(tasks: readonly Task[]): Map<string, number> {
  const behind = new Map<string, number>();
  const chains = new Map<string, number>();
  for (const { id, after, seconds } of [...tasks].reverse()) {
    const chain = seconds + (behind.get(id) ?? 0);
    chains.set(id, chain);
    for (const other of after) behind.set(other, Math.max(behind.get(other) ?? 0, chain));
  }
  return chains;
}
