/** A phase under way, for the log: its steps may run beside those of another phase. */
import type { Phase } from "../../plan/plan.ts";
import { assembleRootfs, assembleSysroot, isComplete } from "../rootfs/assemble.ts";
import type { RunContext } from "./context.ts";

export interface PhaseRun {
  readonly phase: Phase;
  /** One of its steps is looked at. */
  begin(): void;
  /** One of its steps is done; behind the last one the phase is finished. */
  stepOver(): void;
}

/** `steps`: how many of the phase are to be done. */
export function phaseRun(context: RunContext, phase: Phase, steps: number): PhaseRun {
  const { log, platform } = context;
  let start: number | undefined;
  let left = steps;
  return {
    phase,
    begin() {
      if (start !== undefined) return;
      start = platform.clock.monotonicSeconds();
      log.info(`Executing phase ${phase.name} (namespace=${phase.namespace})`);
      log.info(`**** ${phase.description} ****`);
      log.info(`Executing ${steps} build steps`);
    },
    stepOver() {
      left--;
      if (left > 0) return;
      if (isComplete(context, phase)) finishPhase(context, phase);
      log.info("All build steps completed");
      log.info(`Completed phase ${phase.name} in ${elapsedSince(context, start ?? 0)}`);
    },
  };
}

export function elapsedSince({ platform }: RunContext, start: number): string {
  return `${(platform.clock.monotonicSeconds() - start).toFixed(3)}s`;
}

/** Lays the outputs of a finished phase out where the user can enter them. */
function finishPhase(context: RunContext, phase: Phase): void {
  if (phase.steps.every((step) => step.build.kind === "host")) return;
  const isSysroot = ({ destdir, namespace }: Phase): boolean => destdir === null && namespace === "seed";
  const phases = context.plan.phases.filter((other) => isSysroot(other) && isComplete(context, other));
  if (isSysroot(phase)) assembleSysroot(context, phases);
  else assembleRootfs(context);
}
