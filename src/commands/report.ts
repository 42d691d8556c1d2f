import { buildCommand } from "@stricli/core";
import { stepId } from "../plan/plan.ts";
import { emptyState } from "../plan/state.ts";
import { loadState, requirePlan, withOverrides } from "../runner/documents.ts";
import { criticalPath, type StepTime, stepTimes } from "../runner/times.ts";
import { workspaceAt } from "../runner/workspace.ts";
import { BRIEFS } from "./briefs.ts";
import type { Bq2Context } from "./context.ts";
import { workdirFlag } from "./flags.ts";

interface Flags {
  readonly workdir: string;
}

export const report = buildCommand<Flags, [], Bq2Context>({
  docs: {
    brief: BRIEFS.report,
    fullDescription:
      "Prints wall and processor seconds of every step that is done (0.0 where its output was in the store; the\n" +
      "coordinator's own work is not counted), and the critical path: the chain of needs that takes longest, however\n" +
      "many processors there are.",
  },
  parameters: { flags: { workdir: workdirFlag } },
  func(flags) {
    const workspace = workspaceAt(this.platform, flags.workdir);
    const plan = withOverrides(this.platform, workspace, requirePlan(this.platform, workspace));
    const state = loadState(this.platform, workspace) ?? emptyState("");
    const times = stepTimes(plan, state);
    const path = criticalPath(plan, state).filter(({ seconds }) => seconds > 0);
    this.process.stdout.write(`     wall        cpu  step\n${table(times)}\nCritical path\n${table(path)}`);
  },
});

/** A line a step, and one for their sum. */
function table(times: readonly StepTime[]): string {
  const sum = (of: "seconds" | "cpuSeconds") => times.reduce((total, time) => total + time[of], 0);
  return [
    ...times.map((time) => line(time.seconds, time.cpuSeconds, stepId(time.phase, time.step))),
    line(sum("seconds"), sum("cpuSeconds"), "all of these"),
  ].join("");
}

function line(seconds: number, cpuSeconds: number, name: string): string {
  const [wall, cpu] = [seconds, cpuSeconds].map((value) => value.toFixed(1));
  return `${wall?.padStart(9)}  ${cpu?.padStart(9)}  ${name}\n`;
}
