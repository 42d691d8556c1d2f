import { buildCommand } from "@stricli/core";
import { Bq2Error } from "../base/error.ts";
import { prettyJson } from "../base/json.ts";
import { stepId } from "../plan/plan.ts";
import { writeFileAtomic } from "../platform/files.ts";
import { type LedgerEntry, ledger, unwantedEntries } from "../runner/proofs/ledger.ts";
import type { Bq2Context } from "./context.ts";
import { workdirFlag } from "./flags.ts";
import { withRun } from "./session.ts";

interface Flags {
  readonly workdir: string;
  readonly files: boolean;
}

export const verifyLedger = buildCommand<Flags, [], Bq2Context>({
  docs: {
    brief: "List the machine code that each step saw and that no step of ours made",
    fullDescription:
      "For each step: how many ELF files and static libraries of the seed it saw, and how many that an earlier step had\n" +
      "copied out of the seed. Within the new system there may be none but a toolchain below /opt/sysroot, and in the\n" +
      "finished rootfs none at all. The whole list is written beside the plan, as sysroot-build-ledger.json.",
  },
  parameters: {
    flags: {
      workdir: workdirFlag,
      files: { kind: "boolean", default: false, withNegated: false, brief: "Name each copied file" },
    },
  },
  async func(flags) {
    await withRun(this, flags.workdir, async (run) => {
      const entries = ledger(run);
      writeFileAtomic(this.platform.files, run.workspace.ledger, prettyJson(entries));
      this.process.stdout.write(
        `of the seed  copied  seen by\n${entries.map((entry) => lines(entry, flags.files)).join("")}`,
      );
      const [first] = unwantedEntries(run.plan, entries);
      if (first === undefined) return;
      throw new Bq2Error(
        `${stepId(first.phase, first.step)} saw ${first.carried[0]}, which no step of ours made`,
        { code: "not-ours", hint: "let the step that brought it build it, or leave it out" },
      );
    });
  },
});

function lines({ phase, step, ofSeed, carried }: LedgerEntry, withFiles: boolean): string {
  const counts = `${String(ofSeed.length).padStart(11)}  ${String(carried.length).padStart(6)}`;
  const named = withFiles ? carried.map((path) => `${" ".repeat(21)}${path}\n`) : [];
  return [`${counts}  ${stepId(phase, step)}\n`, ...named].join("");
}
