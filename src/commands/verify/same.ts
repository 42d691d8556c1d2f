import { defineCommand } from "../../command-line/command.ts";
import { workdirFlag } from "../../command-line/flags.ts";
import { withRun } from "../../command-line/session.ts";
import { compareBuilds } from "../../runner/proofs/compare.ts";
import { requireEqual } from "./comparison.ts";

export const command = defineCommand<{ readonly workdir?: string }, [string]>({
  description:
    "Compares the packages of two finished builds, and prints for each whether it is equal, or else the\n" +
    "first file that differs. The builds have different workspaces; they may differ in --seed, in --jobs\n" +
    "or in the machine.",
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
        requireEqual(this, compareBuilds(a, b));
      }),
    );
  },
});
