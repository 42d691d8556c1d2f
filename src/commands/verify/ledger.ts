import { Bq2Error } from "../../base/error.ts";
import { prettyJson } from "../../base/json.ts";
import { defineCommand } from "../../command-line/command.ts";
import { workdirFlag } from "../../command-line/flags.ts";
import { withRun } from "../../command-line/session.ts";
import { stepId } from "../../plan/plan.ts";
import { writeFileAtomic } from "../../platform/files.ts";
import { type LedgerEntry, ledger, unwantedEntries } from "../../runner/proofs/ledger.ts";

interface Flags {
  readonly workdir?: string;
  readonly files: boolean;
}

export const command = defineCommand<Flags>({
  description:
    "Prints for each step how many of the seed's ELF files and static libraries it saw, and how many that\n" +
    "an earlier step had copied from the seed. In the new system, steps may see only the copies in the\n" +
    "toolchain below /opt/sysroot; the finished rootfs may contain none. The whole list is written next\n" +
    "to the plan, as sysroot-build-ledger.json.",
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
        `${stepId(first.phase, first.step)} saw ${first.carried[0]}, which no step of this project made`,
        { code: "not-ours", hint: "change the step that copied it: build the file, or omit it" },
      );
    });
  },
});

function lines({ phase, step, ofSeed, carried }: LedgerEntry, withFiles: boolean): string {
  const counts = `${String(ofSeed.length).padStart(11)}  ${String(carried.length).padStart(6)}`;
  const named = withFiles ? carried.map((path) => `${" ".repeat(21)}${path}\n`) : [];
  return [`${counts}  ${stepId(phase, step)}\n`, ...named].join("");
}
