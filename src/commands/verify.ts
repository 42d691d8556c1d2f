import { buildCommand, buildRouteMap } from "@stricli/core";
import { Bq2Error } from "../base/error.ts";
import { stepId } from "../plan/plan.ts";
import { compareBuilds, type StepComparison } from "../runner/compare.ts";
import type { RunContext } from "../runner/context.ts";
import { findLeftovers } from "../runner/leftovers.ts";
import { leavesTheSeed, machineCode } from "../runner/origins.ts";
import { BRIEFS } from "./briefs.ts";
import type { Bq2Context } from "./context.ts";
import { workdirFlag } from "./flags.ts";
import { openRun, withWorkspace } from "./session.ts";

const rootfs = buildCommand<{ readonly workdir: string }, [], Bq2Context>({
  docs: {
    brief: "Look through the finished rootfs for what the build should not have left",
    fullDescription:
      "Reads every file of the rootfs, but for this project's own program: none may name the build's folders, the\n" +
      "toolchain's, the seed's compiler, or a folder of this machine; and each belongs to one package. Counts programs\n" +
      "and libraries by the step that made them; where a plan leaves the seed, none may have been made within it.",
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

const same = buildCommand<{ readonly workdir: string }, [string], Bq2Context>({
  docs: {
    brief: "Compare what two builds made, package by package",
    fullDescription:
      "Compares the packages of two finished rootfs, each by its workspace folder: equal, or the first file that is not.\n" +
      "Build twice with another --workdir, and another --seed or --jobs, or on another machine's cache, in between.",
  },
  parameters: {
    flags: { workdir: workdirFlag },
    positional: {
      kind: "tuple",
      parameters: [{ parse: String, brief: "Workspace folder of the other build", placeholder: "DIR" }],
    },
  },
  async func(flags, other) {
    await withRun(this, flags.workdir, (a) =>
      withRun(this, other, async (b) => {
        const compared = compareBuilds(a, b);
        this.process.stdout.write(compared.map(comparisonLine).join(""));
        const unequal = compared.filter(({ difference }) => difference !== undefined);
        if (unequal.length === 0) return;
        throw new Bq2Error(`${unequal.length} of ${compared.length} packages came out otherwise`, {
          code: "not-equal",
          hint: "look at the first of them: the others may follow from it",
        });
      }),
    );
  },
});

function comparisonLine({ phase, step, difference }: StepComparison): string {
  return difference === undefined
    ? `equal   ${phase}/${step}\n`
    : `differs ${phase}/${step}  ${difference}\n`;
}

async function withRun(
  context: Bq2Context,
  workdir: string,
  body: (run: RunContext) => Promise<void>,
): Promise<void> {
  await withWorkspace(context, workdir, async (workspace) => body(await openRun(context, workspace, {})));
}

export const verify = buildRouteMap({
  routes: { rootfs, same },
  docs: { brief: BRIEFS.verify },
});
