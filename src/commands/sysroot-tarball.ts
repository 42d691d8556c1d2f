import { buildCommand } from "@stricli/core";
import { rewriteTarball } from "../runner/artifacts/artifacts.ts";
import { BRIEFS } from "./briefs.ts";
import type { Bq2Context } from "./context.ts";
import { workdirFlag } from "./flags.ts";
import { openRun, withWorkspace } from "./session.ts";

export const sysrootTarball = buildCommand<{ readonly workdir: string }, [], Bq2Context>({
  docs: {
    brief: BRIEFS["sysroot-tarball"],
    fullDescription:
      "Writes the rootfs tarball again from the outputs that were built, whether or not it is there, and\n" +
      "prints the sha256 of the plain .tar.",
  },
  parameters: { flags: { workdir: workdirFlag } },
  async func(flags) {
    await withWorkspace(this, flags.workdir, async (workspace) => {
      const run = await openRun(this, workspace, {});
      const { path, digest } = await rewriteTarball(run);
      this.process.stdout.write(`Wrote ${path}\n${digest}  (sha256 of the .tar)\n`);
    });
  },
});
