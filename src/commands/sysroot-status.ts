import { buildCommand } from "@stricli/core";
import { prettyJson } from "../base/json.ts";
import { loadState, requirePlan, withOverrides } from "../runner/context/documents.ts";
import { workspaceAt } from "../runner/context/workspace.ts";
import { statusOf } from "../runner/run/resume.ts";
import { BRIEFS } from "./briefs.ts";
import type { Bq2Context } from "./context.ts";
import { workdirFlag } from "./flags.ts";

interface Flags {
  readonly json: boolean;
  readonly workdir: string;
}

export const sysrootStatus = buildCommand<Flags, [], Bq2Context>({
  docs: {
    brief: BRIEFS["sysroot-status"],
    fullDescription:
      "Prints one name=value a line: plan_path, state_path, report_dir, current_phase, next_phase, next_step,\n" +
      "last_failure, last_failure_report. What does not apply is left out; next_phase=complete at the end.",
  },
  parameters: {
    flags: { json: { kind: "boolean", brief: "The same as one JSON object" }, workdir: workdirFlag },
  },
  func(flags) {
    const workspace = workspaceAt(this.platform, flags.workdir);
    const plan = withOverrides(this.platform, workspace, requirePlan(this.platform, workspace));
    const status = statusOf(workspace, plan, loadState(this.platform, workspace));
    const lines = Object.entries(status).map(([name, value]) => `${name}=${value}\n`);
    this.process.stdout.write(flags.json ? prettyJson(status) : lines.join(""));
  },
});
