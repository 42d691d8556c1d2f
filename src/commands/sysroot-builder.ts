import { buildCommand } from "@stricli/core";
import { savePlan } from "../runner/context/documents.ts";
import { BRIEFS } from "./briefs.ts";
import type { Bq2Context } from "./context.ts";
import { workdirFlag } from "./flags.ts";
import { type PlanFlags, planChoice, planFlags, sourceFlags } from "./plan-flags.ts";
import { planFor } from "./planning.ts";
import { withWorkspace } from "./session.ts";
import { runSysroot } from "./sysroot.ts";

interface Flags extends PlanFlags {
  readonly seedSha256?: string;
  readonly workdir: string;
  readonly mirror?: string;
  readonly output?: string;
}

export const sysrootBuilder = buildCommand<Flags, [], Bq2Context>({
  docs: {
    brief: BRIEFS["sysroot-builder"],
    fullDescription:
      "Lays out the workspace and writes the build plan. The plan depends on the code, the profile, the\n" +
      "architecture and the seed's name only: the same choices give the same bytes on any machine.\n" +
      "With --output it goes on to the rootfs tarball.",
  },
  parameters: {
    flags: {
      ...planFlags,
      ...sourceFlags,
      workdir: workdirFlag,
      output: {
        kind: "parsed",
        parse: String,
        optional: true,
        brief: "Build the rootfs too and put its tarball here",
        placeholder: "FILE",
      },
    },
  },
  async func(flags) {
    await withWorkspace(this, flags.workdir, async (workspace) => {
      savePlan(this.platform, workspace, planFor(this.platform, this.version, planChoice(flags)));
      this.process.stdout.write(`Prepared sysroot workspace at ${flags.workdir}\n`);
      this.process.stdout.write(`Wrote build plan at ${workspace.plan}\n`);
      if (flags.output !== undefined)
        await runSysroot(this, workspace, { ...flags, resume: true, offline: false });
    });
  },
});
