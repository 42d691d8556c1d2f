import { buildCommand } from "@stricli/core";
import { overridesBetween } from "../plan/overrides.ts";
import { requirePlan, saveOverrides } from "../runner/context/documents.ts";
import { BRIEFS } from "./briefs.ts";
import type { Bq2Context } from "./context.ts";
import { workdirFlag } from "./flags.ts";
import { planFor } from "./planning.ts";
import { withWorkspace } from "./session.ts";

export const sysrootBuilderOverrides = buildCommand<{ readonly workdir: string }, [], Bq2Context>({
  docs: {
    brief: BRIEFS["sysroot-builder-overrides"],
    fullDescription:
      "Compares the plan on disk with what today's code would plan for the same profile, architecture and\n" +
      "seed, and writes the difference as overrides: a build goes on with changed recipes, its plan as it was.\n" +
      "Refuses what overrides cannot express, such as another version of a source.",
  },
  parameters: { flags: { workdir: workdirFlag } },
  async func(flags) {
    await withWorkspace(this, flags.workdir, async (workspace) => {
      const plan = requirePlan(this.platform, workspace);
      const overrides = overridesBetween(plan, planFor(this.platform, this.version, plan));
      saveOverrides(this.platform, workspace, overrides);
      this.process.stdout.write(`Wrote build plan overrides to ${workspace.overrides}\n`);
      this.process.stdout.write(`Overrides phases=${Object.keys(overrides.phases).length}\n`);
    });
  },
});
