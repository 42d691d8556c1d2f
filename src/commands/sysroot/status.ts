import { prettyJson } from "../../base/json.ts";
import { defineCommand } from "../../command-line/command.ts";
import { workdirFlag } from "../../command-line/flags.ts";
import { loadState, requirePlan, withOverrides } from "../../runner/context/documents.ts";
import { workspaceAt } from "../../runner/context/workspace.ts";
import { statusOf } from "../../runner/run/resume.ts";

interface Flags {
  readonly json: boolean;
  readonly workdir?: string;
}

export const command = defineCommand<Flags>({
  description:
    "Prints one name=value a line: plan_path, state_path, report_dir, current_phase, next_phase,\n" +
    "next_step, last_failure, last_failure_report. Values that do not apply are omitted. A complete build\n" +
    "has next_phase=complete.",
  parameters: {
    flags: { json: { kind: "boolean", brief: "Print the values as one JSON object" }, workdir: workdirFlag },
  },
  func(flags) {
    const workspace = workspaceAt(this.platform, flags.workdir);
    const plan = withOverrides(this.platform, workspace, requirePlan(this.platform, workspace));
    const status = statusOf(workspace, plan, loadState(this.platform, workspace));
    const lines = Object.entries(status).map(([name, value]) => `${name}=${value}\n`);
    this.process.stdout.write(flags.json ? prettyJson(status) : lines.join(""));
  },
});
