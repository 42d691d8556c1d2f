import { buildCommand } from "@stricli/core";
import { compareBuilds } from "../runner/proofs/compare.ts";
import { requireEqual } from "./comparison.ts";
import type { Bq2Context } from "./context.ts";
import { workdirFlag } from "./flags.ts";
import { withRun } from "./session.ts";

export const verifySame = buildCommand<{ readonly workdir: string }, [string], Bq2Context>({
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
        requireEqual(this, compareBuilds(a, b));
      }),
    );
  },
});
