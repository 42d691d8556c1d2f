import { quoteWords } from "../base/words.ts";
import { defineCommand } from "../command-line/command.ts";
import { withWorkspace } from "../command-line/session.ts";
import { targetOf, targetParameters, workdirOf } from "../command-line/target.ts";
import { readText } from "../platform/files.ts";
import { runsPrograms } from "../platform/foreign-programs.ts";
import { IMAGE_PHASE } from "../recipe/phase-names.ts";
import { DIGESTS_FILE, imagePath, makesImage, tarballPath } from "../runner/artifacts/artifacts.ts";
import { runPlan } from "../runner/run/run.ts";
import { buildFlags, runSysroot, type SysrootFlags } from "./sysroot/sysroot.ts";

export const command = defineCommand<SysrootFlags & { readonly workdir?: string }, [string?]>({
  description:
    "Does what `bq2 sysroot` does, then writes the disk image. At the end it prints the paths of the\n" +
    "tarball and the image, their digests, and the commands that boot the image and enter the rootfs.",
  parameters: { flags: buildFlags, positional: targetParameters, aliases: { j: "jobs" } },
  async func(flags, word) {
    const target = targetOf(this, word, flags.profile);
    await withWorkspace(this, workdirOf(target, flags.workdir), async (workspace) => {
      const run = await runSysroot(this, workspace, flags, target);
      if (!makesImage(run.plan)) {
        this.process.stdout.write(`\nRootfs   ${workspace.bq2Rootfs}\n`);
        return;
      }
      await runPlan(run, { phases: [IMAGE_PHASE], resume: true, reports: true });
      const digests = readText(this.platform.files, `${workspace.artifacts}/${DIGESTS_FILE}`);
      this.process.stdout.write(
        `\nImage    ${imagePath(run)}\n` +
          `Rootfs   ${tarballPath(run)}\n` +
          `Digests  ${workspace.artifacts}/${DIGESTS_FILE}\n` +
          `${digests.replaceAll(/^/gm, "  ").trimEnd()}\n\n` +
          `Boot it   ${quoteWords([this.program, "boot", imagePath(run)])}\n` +
          (runsPrograms(this.platform, run.plan.arch)
            ? `Enter it  ${quoteWords([this.program, "sysroot-namespace", "--rootfs", workspace.bq2Rootfs])}\n`
            : ""),
      );
    });
  },
});
