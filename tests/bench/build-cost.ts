/**
 * What a build costs besides the compilers: processor time and memory of bq2's processes, compared with the
 * processor time of everything that the build ran. Processes are sampled ten times a second; use after a last
 * sample is missed.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryMiB, type OwnProcess, ownProcesses } from "./own-processes.ts";

const LOOK_MILLISECONDS = 100;
const TICKS_A_SECOND = 100; // USER_HZ, linux/asm-generic/param.h: what /proc counts in

export interface BuildCost {
  readonly wallSeconds: number;
  /** Of the build and all below it. */
  readonly cpuSeconds: number;
  /** Of bq2's processes. Includes gzip, which Node decompresses itself. */
  readonly ownCpuSeconds: number;
  /** Of the other decompressors that they start. */
  readonly decompressionCpuSeconds: number;
  /** The peak of bq2's processes together. */
  readonly ownPeakMiB: number;
}

/** Runs a build to its end; throws if it fails. Its output goes to the terminal. */
export async function measureBuild(
  argv: readonly string[],
  env: { readonly [name: string]: string },
): Promise<BuildCost> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const timeFile = join(folder, "time");
  const startedAt = performance.now();
  const child = spawn("/usr/bin/time", ["--quiet", "-o", timeFile, "-f", "%U %S", ...argv], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...env },
  });
  const looks = new Looks();
  const timer = setInterval(() => looks.add(ownProcesses(child.pid ?? 0)), LOOK_MILLISECONDS);
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  clearInterval(timer);
  const wallSeconds = (performance.now() - startedAt) / 1000;
  const [user = 0, system = 0] = readFileSync(timeFile, "utf8").trim().split(" ").map(Number);
  rmSync(folder, { recursive: true });
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}`);
  return {
    wallSeconds,
    cpuSeconds: user + system,
    ownCpuSeconds: looks.seconds("own"),
    decompressionCpuSeconds: looks.seconds("decompressor"),
    ownPeakMiB: looks.peakMiB,
  };
}

/** The samples of a build's own processes so far. */
class Looks {
  peakMiB = 0;
  readonly #last = new Map<string, OwnProcess>();

  add(processes: readonly OwnProcess[]): void {
    for (const found of processes) this.#last.set(`${found.pid} ${found.startTime}`, found);
    this.peakMiB = Math.max(this.peakMiB, memoryMiB(processes.filter(({ kind }) => kind === "own")));
  }

  seconds(wanted: OwnProcess["kind"]): number {
    const ofKind = [...this.#last.values()].filter(({ kind }) => kind === wanted);
    return ofKind.reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_A_SECOND;
  }
}
