import { buildCommand } from "@stricli/core";
import { basename } from "../base/path.ts";
import { IMAGE_PHASE } from "../recipe/phase-names.ts";
import { compareBuilds, compareFinal } from "../runner/proofs/compare.ts";
import { leavesTheSeed } from "../runner/proofs/origins.ts";
import { isComplete } from "../runner/rootfs/assemble.ts";
import { type BesideFlags, besideFlags, buildBeside } from "./build-beside.ts";
import { requireEqual } from "./comparison.ts";
import type { Bq2Context } from "./context.ts";
import { workdirFlag } from "./flags.ts";
import { withRun } from "./session.ts";

export const verifySeeds = buildCommand<
  BesideFlags & { readonly workdir: string },
  [string, string],
  Bq2Context
>({
  docs: {
    brief: "Build with two seeds, and compare",
    fullDescription:
      "Builds the plan of the workspace twice, with each seed, in workspaces below it. Each package of the rootfs is\n" +
      "equal, or has a first file that differs; so are tarball and disk. What a profile's own compiler makes is promised\n" +
      "to be equal; a profile without one is compiled by the seed, and shows which packages tell that apart.",
  },
  parameters: {
    flags: { ...besideFlags, workdir: workdirFlag },
    aliases: { j: "jobs" },
    positional: {
      kind: "tuple",
      parameters: [
        { parse: String, brief: "A seed, as --seed takes it", placeholder: "A" },
        { parse: String, brief: "Another one", placeholder: "B" },
      ],
    },
  },
  async func({ workdir, ...flags }, a, b) {
    await withRun(this, workdir, async (run) => {
      // The disk is made of the tarball's files and a kernel that those hold: where both are wanted, both are built.
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
