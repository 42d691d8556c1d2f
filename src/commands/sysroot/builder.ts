import { defineCommand } from "../../command-line/command.ts";
import { workdirFlag } from "../../command-line/flags.ts";
import { type PlanFlags, planChoice, planFlags, sourceFlags } from "../../command-line/plan-flags.ts";
import { planFor } from "../../command-line/planning.ts";
import { withWorkspace } from "../../command-line/session.ts";
import { savePlan } from "../../runner/context/documents.ts";
import { runSysroot } from "./sysroot.ts";

interface Flags extends PlanFlags {
  readonly seedSha256?: string;
  readonly workdir?: string;
  readonly mirror?: string;
  readonly output?: string;
}

export const command = defineCommand<Flags>({
  description:
    "Lays out the workspace and writes the build plan. The plan depends only on the code, the profile,\n" +
    "the architectures and the seed's name: the same choices give the same bytes on any machine. With\n" +
    "--output it also builds the rootfs tarball.",
  parameters: {
    flags: {
      ...planFlags,
      ...sourceFlags,
      workdir: workdirFlag,
      output: {
        kind: "parsed",
        parse: String,
        optional: true,
        brief: "Also build the rootfs, and write its tarball to this file",
        placeholder: "FILE",
      },
    },
  },
  async func(flags) {
    const target = { kind: "profile", profile: flags.profile } as const;
    await withWorkspace(this, flags.workdir, async (workspace) => {
      savePlan(this.platform, workspace, planFor(this.platform, planChoice(flags)));
      this.process.stdout.write(`Prepared sysroot workspace at ${workspace.root}\n`);
      this.process.stdout.write(`Wrote build plan at ${workspace.plan}\n`);
      if (flags.output !== undefined)
        await runSysroot(this, workspace, { ...flags, resume: true, offline: false }, target);
    });
  },
});
