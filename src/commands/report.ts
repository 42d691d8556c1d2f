import { buildCommand } from "@stricli/core";
import { stepId } from "../plan/plan.ts";
import { workspaceAt } from "../runner/context/workspace.ts";
import { busyTime, criticalPath, type StepTime, stepTimes } from "../runner/run/timings.ts";
import { type DiskUse, diskUse } from "../runner/step/disk-use.ts";
import { BRIEFS } from "./briefs.ts";
import type { Bq2Context } from "./context.ts";
import { workdirFlag } from "./flags.ts";
import { openRun } from "./session.ts";

interface Flags {
  readonly workdir: string;
  readonly disk: boolean;
}

const MIB = 2 ** 20;

export const report = buildCommand<Flags, [], Bq2Context>({
  docs: {
    brief: BRIEFS.report,
    fullDescription:
      "Prints wall and processor seconds of every step that is done (0.0 where its output was in the store; of the\n" +
      "coordinator's own work only wall seconds) and how large its folders were; how many processors were busy; and the\n" +
      "critical path: the chain of steps, each waiting for the one before, that takes longest. Wall seconds of steps that\n" +
      "ran side by side overlap.",
  },
  parameters: {
    flags: {
      workdir: workdirFlag,
      disk: {
        kind: "boolean",
        default: false,
        withNegated: false,
        brief: "Also look how much disk the plan takes, in workspace and cache",
      },
    },
  },
  async func(flags) {
    const run = await openRun(this, workspaceAt(this.platform, flags.workdir), {});
    const busy = busyTime(run.state());
    const path = criticalPath(run.plan, run.state()).filter(({ seconds }) => seconds > 0);
    const processors = busy.seconds === 0 ? 0 : busy.cpuSeconds / busy.seconds;
    this.process.stdout.write(
      `     wall        cpu  work MiB  step\n${timeTable(stepTimes(run.plan, run.state()))}\n` +
        `Programs ran for ${busy.seconds.toFixed(1)} s and kept ${processors.toFixed(2)} processors busy ` +
        `(this machine has ${this.platform.host.cpuCount})\n\n` +
        `Critical path\n${timeTable(path)}`,
    );
    if (flags.disk) this.process.stdout.write(`\nDisk, MiB\n${diskTable(diskUse(run))}`);
  },
});

/** A line a step, and one for the sum of their times. */
function timeTable(times: readonly StepTime[]): string {
  const sum = (of: "seconds" | "cpuSeconds") => times.reduce((total, time) => total + time[of], 0);
  return [
    ...times.map((time) => timeLine(time, mib(time.workBytes), stepId(time.phase, time.step))),
    timeLine({ seconds: sum("seconds"), cpuSeconds: sum("cpuSeconds") }, "", "all of these"),
  ].join("");
}

function timeLine(time: Pick<StepTime, "seconds" | "cpuSeconds">, work: string, name: string): string {
  const [wall, cpu] = [time.seconds, time.cpuSeconds].map((value) => value.toFixed(1));
  return `${wall?.padStart(9)}  ${cpu?.padStart(9)}  ${work.padStart(8)}  ${name}\n`;
}

function diskTable(uses: readonly DiskUse[]): string {
  const all = { what: "all of these", bytes: uses.reduce((sum, { bytes }) => sum + bytes, 0) };
  return [...uses, all].map(({ what, bytes }) => `${mib(bytes).padStart(9)}  ${what}\n`).join("");
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(0);
}
