/** The plan, its overrides and the state on disk. Each is written atomically. */
import * as v from "valibot";
import { Bq2Error } from "../../base/error.ts";
import { prettyJson } from "../../base/json.ts";
import { dirname } from "../../base/path.ts";
import { applyOverrides, type Overrides, OverridesSchema } from "../../plan/overrides.ts";
import { parseAs } from "../../plan/parse.ts";
import { PLAN_FORMAT, type Plan, PlanSchema } from "../../plan/plan.ts";
import { emptyState, type State, StateSchema } from "../../plan/state.ts";
import { makeFolders, readText, writeFileAtomic } from "../../platform/files.ts";
import type { Platform } from "../../platform/platform.ts";
import { planDigest } from "./keys.ts";
import type { Workspace } from "./workspace.ts";

const NEW_PLAN_HINT =
  "write a new plan with bq2 sysroot-builder, then start over with bq2 sysroot --no-resume";
const STATE_HINT = "start over with bq2 sysroot --no-resume; finished steps come from the store";

/** `undefined` if there is no plan. Throws Bq2Error `bad-json`, `bad-format` or `other-version`. */
export function loadPlan(platform: Platform, workspace: Workspace): Plan | undefined {
  const text = textOf(platform, workspace.plan);
  if (text === undefined) return undefined;
  const { format } = parseAs(FormatSchema, text, workspace.plan, NEW_PLAN_HINT);
  if (format === PLAN_FORMAT) return parseAs(PlanSchema, text, workspace.plan, NEW_PLAN_HINT);
  throw new Bq2Error(
    `Cannot follow ${workspace.plan}: another version of bq2 wrote it as ${format}; this one reads ${PLAN_FORMAT}`,
    { code: "other-version", hint: NEW_PLAN_HINT },
  );
}

const FormatSchema = v.looseObject({ format: v.string() });

/** Throws Bq2Error `no-plan` if there is none. */
export function requirePlan(platform: Platform, workspace: Workspace): Plan {
  const plan = loadPlan(platform, workspace);
  if (plan !== undefined) return plan;
  throw new Bq2Error(`Cannot find a plan at ${workspace.plan}`, {
    code: "no-plan",
    hint: "write one with bq2 sysroot-builder, or build everything with bq2 build",
  });
}

export function savePlan(platform: Platform, workspace: Workspace, plan: Plan): void {
  save(platform, workspace.plan, plan);
}

export function loadOverrides(platform: Platform, workspace: Workspace): Overrides | undefined {
  const text = textOf(platform, workspace.overrides);
  const hint = "correct it, ignore it with --no-overrides, or delete it with --invalidate-overrides";
  return text === undefined ? undefined : parseAs(OverridesSchema, text, workspace.overrides, hint);
}

/** The plan as a run follows it: with the workspace's overrides, if there are any. */
export function withOverrides(platform: Platform, workspace: Workspace, plan: Plan): Plan {
  const overrides = loadOverrides(platform, workspace);
  return overrides === undefined ? plan : applyOverrides(plan, overrides);
}

export function saveOverrides(platform: Platform, workspace: Workspace, overrides: Overrides): void {
  save(platform, workspace.overrides, overrides);
}

/** `undefined` before the first run. */
export function loadState(platform: Platform, workspace: Workspace): State | undefined {
  const text = textOf(platform, workspace.state);
  return text === undefined ? undefined : parseAs(StateSchema, text, workspace.state, STATE_HINT);
}

/**
 * The state of this plan, or an empty one if there is none.
 *
 * @throws Bq2Error `plan-changed` if the state belongs to another plan; the user decides what to keep.
 */
export function stateOfPlan(platform: Platform, workspace: Workspace, plan: Plan): State {
  const digest = planDigest(platform, plan);
  const state = loadState(platform, workspace);
  if (state === undefined) return emptyState(digest);
  if (state.planDigest === digest) return state;
  throw new Bq2Error(
    `Cannot continue: the state belongs to plan ${state.planDigest.slice(0, 12)}…, the plan on disk is ${digest.slice(0, 12)}… (profile ${plan.profile}, ${plan.arch}, seed ${plan.seed})`,
    { code: "plan-changed", hint: STATE_HINT },
  );
}

export function saveState(platform: Platform, workspace: Workspace, state: State): void {
  save(platform, workspace.state, state);
}

function textOf(platform: Platform, path: string): string | undefined {
  return platform.files.statusFollowed(path) === undefined ? undefined : readText(platform.files, path);
}

function save(platform: Platform, path: string, value: unknown): void {
  makeFolders(platform.files, dirname(path));
  writeFileAtomic(platform.files, path, prettyJson(value));
}
