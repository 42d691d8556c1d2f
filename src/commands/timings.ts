import { defineCommand } from "../command-line/command.ts";
import { workdirFlag } from "../command-line/flags.ts";
import { openRun } from "../command-line/session.ts";
import { stepId } from "../plan/plan.ts";
import { workspaceAt } from "../runner/context/workspace.ts";
import { busyTime, criticalPath, type StepTime, stepTimes } from "../runner/run/timings.ts";
import { type DiskUse, diskUse } from "../runner/step/disk-use.ts";

interface Flags {
  readonly workdir?: string;
  readonly disk: boolean;
}

const MIB = 2 ** 20;

export const command = defineCommand<Flags>({
  description:
    "Prints for every finished step its wall and processor seconds and the size of its work folders, then\n" +
    "how many processors were busy, and the critical path: the longest chain of steps that wait for each\n" +
    "other. A step whose output came from the store took 0.0 seconds. Coordinator steps have only wall\n" +
    "seconds. The wall seconds of steps that ran at the same time overlap.",
  parameters: {
    flags: {
      workdir: workdirFlag,
      disk: {
        kind: "boolean",
        default: false,
        withNegated: false,
        brief: "Also show the disk space that the plan uses, in the workspace and the cache",
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

/** A line for each step, and one for the sum. */
function timeTable(times: readonly StepTime[]): string {
  const sum = (of: "seconds" | "cpuSeconds") => times.reduce((total, time) => total + time[of], 0);
  return [
    ...times.map((time) => timeLine(time, mib(time.workBytes), stepId(time.phase, time.step))),
    timeLine({ seconds: sum("seconds"), cpuSeconds: sum("cpuSeconds") }, "", "total"),
  ].join("");
}

function timeLine(time: Pick<StepTime, "seconds" | "cpuSeconds">, work: string, name: string): string {
  const [wall, cpu] = [time.seconds, time.cpuSeconds].map((value) => value.toFixed(1));
  return `${wall?.padStart(9)}  ${cpu?.padStart(9)}  ${work.padStart(8)}  ${name}\n`;
}

function diskTable(uses: readonly DiskUse[]): string {
  const all = { what: "total", bytes: uses.reduce((sum, { bytes }) => sum + bytes, 0) };
  return [...uses, all].map(({ what, bytes }) => `${mib(bytes).padStart(9)}  ${what}\n`).join("");
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(0);
}
