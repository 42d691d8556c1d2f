import { buildCommand } from "@stricli/core";
import { Bq2Error } from "../base/error.ts";
import { stepId } from "../plan/plan.ts";
import { findLeftovers } from "../runner/proofs/leftovers.ts";
import { leavesTheSeed, machineCode } from "../runner/proofs/origins.ts";
import type { Bq2Context } from "./context.ts";
import { workdirFlag } from "./flags.ts";
import { withRun } from "./session.ts";

export const verifyRootfs = buildCommand<{ readonly workdir: string }, [], Bq2Context>({
  docs: {
    brief: "Look through the finished rootfs for what the build should not have left",
    fullDescription:
      "Reads every file of the rootfs, but for this project's own program: none may name the build's folders, the\n" +
      "toolchain's, the seed's compiler, a folder of this machine, or a date later than any source; and each belongs to one\n" +
      "package. Counts programs and libraries by the step that made them; where a plan leaves the seed, none may have been\n" +
      "made within it.",
  },
  parameters: { flags: { workdir: workdirFlag } },
  async func(flags) {
    await withRun(this, flags.workdir, async (run) => {
      const code = machineCode(run);
      const makers = [...new Set(code.map(({ id }) => id))];
      for (const id of makers) {
        this.process.stdout.write(
          `${id} made ${code.filter((own) => own.id === id).length} of ${code.length}\n`,
        );
      }
      const problems = [
        ...findLeftovers(run).map(
          ({ phase, step, path, word }) => `${stepId(phase, step)}: ${path} names ${word}`,
        ),
        ...code
          .filter(({ madeInSeed }) => madeInSeed && leavesTheSeed(run))
          .map(({ id, path }) => `${id}: ${path} was made in the seed`),
      ];
      this.process.stdout.write(problems.map((problem) => `${problem}\n`).join(""));
      if (problems.length === 0)
        return this.process.stdout.write("Nothing of the build is left in the rootfs\n");
      throw new Bq2Error(
        `Cannot call the rootfs clean: ${problems.length} times something of the build is left`,
        {
          code: "leftovers",
          hint: "let the packages' recipes keep it out: a relative path, -ffile-prefix-map, or a file less",
        },
      );
    });
  },
});
