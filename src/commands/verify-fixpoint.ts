import { buildCommand } from "@stricli/core";
import { sha256File } from "../platform/files.ts";
import { tarballPath } from "../runner/artifacts/artifacts.ts";
import { requireOutput } from "../runner/context/context.ts";
import { compareBuilds, compareFinal, finalSteps } from "../runner/proofs/compare.ts";
import { isComplete } from "../runner/rootfs/assemble.ts";
import { rootfsSteps } from "../runner/rootfs/layers.ts";
import { type BesideFlags, besideFlags, buildBeside } from "./build-beside.ts";
import { requireEqual } from "./comparison.ts";
import type { Bq2Context } from "./context.ts";
import { workdirFlag } from "./flags.ts";
import { withRun } from "./session.ts";

export const verifyFixpoint = buildCommand<BesideFlags & { readonly workdir: string }, [], Bq2Context>({
  docs: {
    brief: "Build again with the build's own rootfs as the seed, and compare",
    fullDescription:
      "Takes the rootfs tarball of a finished build as the seed of a second one, in a workspace below the first. Each\n" +
      "package is equal, or has a first file that differs; so are the tarball and, where the first build has one, the\n" +
      "disk. Equal throughout is the fixed point: the system makes itself.",
  },
  parameters: { flags: { ...besideFlags, workdir: workdirFlag }, aliases: { j: "jobs" } },
  async func({ workdir, ...flags }) {
    await withRun(this, workdir, async (run) => {
      const [tarball] = finalSteps(run.plan);
      for (const ref of [...rootfsSteps(run.plan), ...(tarball === undefined ? [] : [tarball])])
        requireOutput(run, ref);
      const seed = tarballPath(run);
      const second = await buildBeside(this, run, {
        ...flags,
        workdir: `${run.workspace.root}/fixpoint`,
        seed,
        seedSha256: sha256File(this.platform, seed),
        phases: run.plan.phases.filter((phase) => isComplete(run, phase)).map(({ name }) => name),
      });
      requireEqual(this, [...compareBuilds(run, second), ...compareFinal(run, second)]);
    });
  },
});
