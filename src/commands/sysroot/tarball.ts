import { defineCommand } from "../../command-line/command.ts";
import { workdirFlag } from "../../command-line/flags.ts";
import { openRun, withWorkspace } from "../../command-line/session.ts";
import { rewriteTarball } from "../../runner/artifacts/artifacts.ts";

export const command = defineCommand<{ readonly workdir?: string }>({
  description:
    "Writes the rootfs tarball again from the built outputs, even if there is a tarball, and prints the\n" +
    "sha256 of the uncompressed .tar.",
  parameters: { flags: { workdir: workdirFlag } },
  async func(flags) {
    await withWorkspace(this, flags.workdir, async (workspace) => {
      const run = await openRun(this, workspace, {});
      const { path, digest } = await rewriteTarball(run);
      this.process.stdout.write(`Wrote ${path}\n${digest}  (sha256 of the .tar)\n`);
    });
  },
});
