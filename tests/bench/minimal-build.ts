/** A real build of profile `minimal`: the cost of the coordinator, and of a second run with nothing to do. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../../tools/project-files.ts";
import { measureBuild } from "./build-cost.ts";
import { spreadOf } from "./compare.ts";
import { measure } from "./measure.ts";
import type { Figure } from "./table.ts";

const MAX_OWN_SHARE = 0.01;
const MAX_OWN_MIB = 120;
const MAX_IDLE_SECONDS = 2;
const MAX_IDLE_MIB = 120;
const IDLE_RUNS = 5;

/** Builds below `folder` with an empty store; fetches sources that no earlier run has left there. */
export async function measureMinimalBuild(folder: string, mirror: string | undefined): Promise<Figure[]> {
  const workdir = join(folder, "work");
  const cache = join(folder, "cache");
  rmSync(workdir, { recursive: true, force: true });
  rmSync(join(cache, "store"), { recursive: true, force: true });
  const fromMirror = mirror === undefined ? [] : ["--mirror", mirror];
  const argv = [join(projectFolder, "bin/bq2"), "build", "--workdir", workdir, ...fromMirror];

  const build = await measureBuild(argv, { BQ2_CACHE: cache });
  const share = build.ownCpuSeconds / build.cpuSeconds;
  const idle = [];
  for (let i = 0; i < IDLE_RUNS; i++) idle.push(await measure([["env", `BQ2_CACHE=${cache}`, ...argv]]));
  const seconds = spreadOf(idle.map((cost) => cost.wallSeconds)).median;
  const peak = Math.max(...idle.map((cost) => cost.peakMiB));
  return [
    {
      work: "the coordinator's own CPU in a `minimal` build, without decompression by other programs",
      found:
        `${(100 * share).toFixed(2)} % (${build.ownCpuSeconds.toFixed(1)} of ` +
        `${Math.round(build.cpuSeconds)} CPU seconds, ${Math.round(build.wallSeconds)} s wall; ` +
        `decompression ${build.decompressionCpuSeconds.toFixed(1)} s)`,
      aim: `< ${100 * MAX_OWN_SHARE} %`,
      met: share < MAX_OWN_SHARE,
    },
    {
      work: "memory of the coordinator and its helpers in that build",
      found: `${Math.round(build.ownPeakMiB)} MiB`,
      aim: `≤ ${MAX_OWN_MIB} MiB`,
      met: build.ownPeakMiB <= MAX_OWN_MIB,
    },
    {
      work: "`bq2 build` with nothing to do",
      found: `${seconds.toFixed(2)} s, ${Math.round(peak)} MiB`,
      aim: `< ${MAX_IDLE_SECONDS} s, < ${MAX_IDLE_MIB} MiB`,
      met: seconds < MAX_IDLE_SECONDS && peak < MAX_IDLE_MIB,
    },
  ];
}
