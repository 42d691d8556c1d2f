/** Log lines before and after the steps of a phase. Steps of several phases may run in parallel. */
import type { Phase } from "../../plan/plan.ts";
import type { RunContext } from "../context/context.ts";
import type { PlannedStep } from "../context/planned-step.ts";

export class PhaseLog {
  readonly #context: RunContext;
  /** Number of unfinished steps by phase. */
  readonly #left = new Map<string, number>();
  readonly #starts = new Map<string, number>();

  constructor(context: RunContext, steps: readonly PlannedStep[]) {
    this.#context = context;
    for (const { phase } of steps) this.#left.set(phase.name, (this.#left.get(phase.name) ?? 0) + 1);
  }

  /** Logs the phase's heading before its first step. */
  stepBegins({ phase }: PlannedStep): void {
    const { log, platform } = this.#context;
    if (this.#starts.has(phase.name)) return;
    this.#starts.set(phase.name, platform.clock.monotonicSeconds());
    log.info(`Executing phase ${phase.name} (namespace=${phase.namespace})`);
    log.info(`**** ${phase.description} ****`);
    log.info(`Executing ${this.#left.get(phase.name)} build steps`);
  }

  /** Counts a step that has ended; returns whether it was the last one of its phase. */
  isLast({ phase }: PlannedStep): boolean {
    const left = (this.#left.get(phase.name) ?? 0) - 1;
    this.#left.set(phase.name, left);
    return left === 0;
  }

  phaseEnds({ name }: Phase): void {
    const { log } = this.#context;
    log.info("All build steps completed");
    log.info(`Completed phase ${name} in ${elapsedSince(this.#context, this.#starts.get(name) ?? 0)}`);
  }
}

export function elapsedSince({ platform }: RunContext, start: number): string {
  return `${(platform.clock.monotonicSeconds() - start).toFixed(3)}s`;
}
