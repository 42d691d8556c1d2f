import { Bq2Error } from "../../base/error.ts";
import { defineCommand } from "../../command-line/command.ts";
import { workdirFlag } from "../../command-line/flags.ts";
import { withRun } from "../../command-line/session.ts";
import { stepId } from "../../plan/plan.ts";
import { findLeftovers } from "../../runner/proofs/leftovers.ts";
import { leavesTheSeed, machineCode } from "../../runner/proofs/origins.ts";

export const command = defineCommand<{ readonly workdir?: string }>({
  description:
    "Reads every file of the rootfs except this project's own program. No file may name a folder of the\n" +
    "build, of the toolchain or of this machine, the seed's compiler, or a date later than any source,\n" +
    "and each must belong to one package. Counts programs and libraries by the step that made them. If\n" +
    "the plan leaves the seed, no step in the seed may have made any of them.",
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
      throw new Bq2Error(`The rootfs is not clean: ${problems.length} traces of the build are left`, {
        code: "leftovers",
        hint: "change the packages' recipes: use relative paths or -ffile-prefix-map, or omit the file",
      });
    });
  },
});
