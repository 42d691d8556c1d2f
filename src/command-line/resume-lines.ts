/** What `bq2` without arguments prints first: how far the build in the default workspace is. */
import { stepId } from "../plan/plan.ts";
import type { Platform } from "../platform/platform.ts";
import { DEFAULT_WORKDIR, workspaceAt } from "../runner/context/workspace.ts";
import { decideResume } from "../runner/run/resume.ts";

export function resumeLines(platform: Platform): string {
  const workspace = workspaceAt(platform, DEFAULT_WORKDIR);
  const decision = decideResume(platform, workspace);
  const next =
    decision.stage === "sysroot-runner"
      ? `next_step=${stepId(decision.next.phase, decision.next.step)}\n`
      : "";
  return `workspace=${workspace.root}\nresume_stage=${decision.stage}\nresume_reason=${decision.reason}\n${next}`;
}
