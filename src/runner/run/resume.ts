/** The progress of a build, read from disk. */
import { type Plan, type StepRef, stepId } from "../../plan/plan.ts";
import type { State } from "../../plan/state.ts";
import type { Platform } from "../../platform/platform.ts";
import { loadPlan, loadState, withOverrides } from "../context/documents.ts";
import { planDigest } from "../context/keys.ts";
import { type Workspace, workspaceAt } from "../context/workspace.ts";

/** The earliest stage that is not complete, as `bq2` and `bq2 sysroot` use it. */
export type ResumeDecision =
  | { readonly stage: "plan-write"; readonly reason: string }
  | { readonly stage: "sysroot-runner"; readonly reason: string; readonly next: StepRef }
  | { readonly stage: "complete"; readonly reason: string }
  /** The state belongs to another plan. */
  | { readonly stage: "refused"; readonly reason: string };

export function decideResume(platform: Platform, workspace: Workspace): ResumeDecision {
  const plan = loadPlan(platform, workspace);
  if (plan === undefined) return { stage: "plan-write", reason: `no plan at ${workspace.plan}` };
  const state = loadState(platform, workspace);
  if (state !== undefined && state.planDigest !== planDigest(platform, plan)) {
    return {
      stage: "refused",
      reason: "the state belongs to another plan; start over with bq2 sysroot --no-resume",
    };
  }
  const next = nextStep(withOverrides(platform, workspace, plan), state);
  if (next === undefined) return { stage: "complete", reason: "every step of the plan is done" };
  const reason =
    state === undefined ? "plan present, state missing" : `next is ${stepId(next.phase, next.step)}`;
  return { stage: "sysroot-runner", reason, next };
}

/** What `bq2` without arguments prints first: the progress of the build in the default workspace. */
export function resumeLines(platform: Platform): string {
  const workspace = workspaceAt(platform, undefined);
  const decision = decideResume(platform, workspace);
  const next =
    decision.stage === "sysroot-runner"
      ? `next_step=${stepId(decision.next.phase, decision.next.step)}\n`
      : "";
  return `workspace=${workspace.root}\nresume_stage=${decision.stage}\nresume_reason=${decision.reason}\n${next}`;
}

/** The first step, in plan order, that is not recorded as done. */
export function nextStep(plan: Plan, state: State | undefined): StepRef | undefined {
  for (const phase of plan.phases) {
    const step = phase.steps.find(({ name }) => state?.done[stepId(phase.name, name)] === undefined);
    if (step !== undefined) return { phase: phase.name, step: step.name };
  }
  return undefined;
}

/** What `sysroot-status` prints, in its order. Values that do not apply are absent. */
export interface Status {
  readonly plan_path: string;
  readonly state_path: string;
  readonly report_dir: string;
  readonly current_phase?: string;
  /** `complete` for a finished build. */
  readonly next_phase: string;
  readonly next_step?: string;
  readonly last_failure?: string;
  readonly last_failure_report?: string;
}

export function statusOf(workspace: Workspace, plan: Plan, state: State | undefined): Status {
  const next = nextStep(plan, state);
  const failure = state?.lastFailure ?? undefined;
  return {
    plan_path: workspace.plan,
    state_path: workspace.state,
    report_dir: workspace.reports,
    ...(state?.current && { current_phase: state.current.phase }),
    next_phase: next?.phase ?? "complete",
    ...(next && { next_step: next.step }),
    ...(failure && {
      last_failure: stepId(failure.phase, failure.step),
      last_failure_report: failure.report,
    }),
  };
}
