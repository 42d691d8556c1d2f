import { defineCommand } from "../../command-line/command.ts";
import { workdirFlag } from "../../command-line/flags.ts";
import { withRun } from "../../command-line/session.ts";
import { sha256File } from "../../platform/files.ts";
import { tarballPath } from "../../runner/artifacts/artifacts.ts";
import { requireOutput } from "../../runner/context/context.ts";
import { compareBuilds, compareFinal, finalSteps } from "../../runner/proofs/compare.ts";
import { isComplete } from "../../runner/rootfs/assemble.ts";
import { rootfsSteps } from "../../runner/rootfs/layers.ts";
import { type BesideFlags, besideFlags, buildBeside } from "./build-beside.ts";
import { requireEqual } from "./comparison.ts";

export const command = defineCommand<BesideFlags & { readonly workdir?: string }>({
  description:
    "Takes the rootfs tarball of a finished build as the seed of a second one, in a workspace below the\n" +
    "first. For each package, the tarball and, if the first build has one, the disk, it prints whether\n" +
    "they are equal, or else the first file that differs. If everything is equal, the system is a fixed\n" +
    "point: it reproduces itself.",
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
