import { basename } from "../../base/path.ts";
import { defineCommand } from "../../command-line/command.ts";
import { workdirFlag } from "../../command-line/flags.ts";
import { withRun } from "../../command-line/session.ts";
import { IMAGE_PHASE } from "../../recipe/phase-names.ts";
import { compareBuilds, compareFinal } from "../../runner/proofs/compare.ts";
import { leavesTheSeed } from "../../runner/proofs/origins.ts";
import { isComplete } from "../../runner/rootfs/assemble.ts";
import { type BesideFlags, besideFlags, buildBeside } from "./build-beside.ts";
import { requireEqual } from "./comparison.ts";

export const command = defineCommand<BesideFlags & { readonly workdir?: string }, [string, string]>({
  description:
    "Builds the plan of the workspace twice, with each seed, in workspaces below it. For each package of\n" +
    "the rootfs, the tarball and the disk it prints whether they are equal, or else the first file that\n" +
    "differs. A profile with its own compiler must be equal. A profile without one is compiled by the\n" +
    "seed, so its packages may differ.",
  parameters: {
    flags: { ...besideFlags, workdir: workdirFlag },
    aliases: { j: "jobs" },
    positional: {
      kind: "tuple",
      parameters: [
        { parse: String, brief: "A seed, as for --seed", placeholder: "A" },
        { parse: String, brief: "Another seed", placeholder: "B" },
      ],
    },
  },
  async func({ workdir, ...flags }, a, b) {
    await withRun(this, workdir, async (run) => {
      // The disk is written only if the first build has one.
      const phases = run.plan.phases.filter((phase) => phase.name !== IMAGE_PHASE || isComplete(run, phase));
      const build = (seed: string, name: string) =>
        buildBeside(this, run, {
          ...flags,
          workdir: `${run.workspace.root}/seeds/${name}-${basename(seed)}`,
          seed,
          phases: phases.map(({ name }) => name),
        });
      const [first, second] = [await build(a, "a"), await build(b, "b")];
      if (!leavesTheSeed(run))
        this.log.warn(`Profile ${run.plan.profile} is compiled by the seed: packages may differ`);
      requireEqual(this, [...compareBuilds(first, second), ...compareFinal(first, second)]);
    });
  },
});
