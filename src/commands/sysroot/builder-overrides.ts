import { defineCommand } from "../../command-line/command.ts";
import { workdirFlag } from "../../command-line/flags.ts";
import { planFor } from "../../command-line/planning.ts";
import { withWorkspace } from "../../command-line/session.ts";
import { overridesBetween } from "../../plan/overrides.ts";
import { requirePlan, saveOverrides } from "../../runner/context/documents.ts";

export const command = defineCommand<{ readonly workdir?: string }>({
  description:
    "Compares the plan on disk with what today's code would plan for the same profile, architecture and\n" +
    "seed, and writes the difference as overrides. The build then continues with the changed recipes and\n" +
    "the same plan. Changes that overrides cannot express, such as another version of a source, are\n" +
    "refused.",
  parameters: { flags: { workdir: workdirFlag } },
  async func(flags) {
    await withWorkspace(this, flags.workdir, async (workspace) => {
      const plan = requirePlan(this.platform, workspace);
      const overrides = overridesBetween(plan, planFor(this.platform, plan));
      saveOverrides(this.platform, workspace, overrides);
      this.process.stdout.write(`Wrote build plan overrides to ${workspace.overrides}\n`);
      this.process.stdout.write(`Overrides phases=${Object.keys(overrides.phases).length}\n`);
    });
  },
});
