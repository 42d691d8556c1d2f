/** What a run uses. Of this, a key contains only what `keys.ts` lists. */
import { Bq2Error } from "../../base/error.ts";
import type { Log } from "../../base/log.ts";
import type { Progress } from "../../base/progress.ts";
import type { Bind } from "../../linux/view.ts";
import { type Plan, type StepRef, stepId } from "../../plan/plan.ts";
import type { State } from "../../plan/state.ts";
import type { Fetcher } from "../../platform/network.ts";
import type { Platform } from "../../platform/platform.ts";
import { isOwnSource } from "../../recipe/package.ts";
import type { Store } from "../store/store.ts";
import type { Interruption } from "./interruption.ts";
import type { JobPool } from "./job-pool.ts";
import type { Workspace } from "./workspace.ts";

export interface RunContext {
  readonly platform: Platform;
  readonly workspace: Workspace;
  /** With overrides applied. */
  readonly plan: Plan;
  readonly store: Store;
  readonly log: Log;
  readonly progress: Progress;
  readonly pool: JobPool;
  readonly interruption: Interruption;
  /** How a user starts this program, for commands that messages suggest. */
  readonly program: string;
  /** The project's folder, which contains `pkgs/` with the patches. */
  readonly projectFolder: string;
  readonly fetcher: Fetcher;
  /** A folder of archives, tried before any origin. */
  readonly mirror: string | undefined;
  readonly seedSha256: string | undefined;
  readonly offline: boolean;
  /** From `--bind`: visible to every step, and part of its key. */
  readonly binds: readonly Bind[];
  /** The current state; `update` writes it. */
  state(): State;
  update(change: Partial<State>): void;
}

/**
 * The output digest of a step that is done.
 *
 * @throws Bq2Error `need-missing` if it is not done, which happens when the user selects single steps.
 */
export function requireOutput(context: RunContext, ref: StepRef): string {
  const record = context.state().done[stepId(ref.phase, ref.step)];
  if (record !== undefined) return record.output;
  throw new Bq2Error(`Cannot continue without ${stepId(ref.phase, ref.step)}: it has not been built`, {
    code: "need-missing",
    hint: `run it first: bq2 sysroot-runner --phase ${ref.phase} --package ${ref.step}, or bq2 sysroot-runner for everything`,
  });
}

/** Digest of a staged tree, by the name that steps use. Throws Bq2Error `need-missing` if there is none. */
export function requireStaged(context: RunContext, name: string): string {
  const digest = context.state().staged[name];
  if (digest !== undefined) return digest;
  const what = isOwnSource(name)
    ? "this project's own source: it has"
    : "the system's own folders: they have";
  throw new Bq2Error(`Cannot continue without ${what} not been staged`, {
    code: "need-missing",
    hint: "run bq2 sysroot-runner --phase host-setup first",
  });
}

/** Digest of the seed. Throws Bq2Error `need-missing` before `populate-seed`. */
export function requireSeed(context: RunContext): string {
  const digest = context.state().seedDigest;
  if (digest !== null) return digest;
  throw new Bq2Error("Cannot enter the seed: it has not been laid out", {
    code: "need-missing",
    hint: "run bq2 sysroot-runner --phase host-setup first",
  });
}
