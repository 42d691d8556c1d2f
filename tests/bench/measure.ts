/** Runs commands one after another and measures wall time, processor time and peak memory. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Cost {
  readonly wallSeconds: number;
  /** User and system time of the commands and the children that they waited for. */
  readonly cpuSeconds: number;
  /** The largest resident set of any one process. */
  readonly peakMiB: number;
}

/** Runs the commands in order; throws with a command's output if it fails. */
export async function measure(commands: readonly (readonly string[])[]): Promise<Cost> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    let total: Cost = { wallSeconds: 0, cpuSeconds: 0, peakMiB: 0 };
    for (const argv of commands) total = add(total, await measureOne(argv, join(folder, "time")));
    return total;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function add(a: Cost, b: Cost): Cost {
  return {
    wallSeconds: a.wallSeconds + b.wallSeconds,
    cpuSeconds: a.cpuSeconds + b.cpuSeconds,
    peakMiB: Math.max(a.peakMiB, b.peakMiB),
  };
}

async function measureOne(argv: readonly string[], timeFile: string): Promise<Cost> {
  const startedAt = performance.now();
  // GNU time: user seconds, system seconds, largest resident set in KiB, of the command and its children.
  await run(["/usr/bin/time", "--quiet", "-o", timeFile, "-f", "%U %S %M", ...argv]);
  const wallSeconds = (performance.now() - startedAt) / 1000;
  const [user = 0, system = 0, peakKiB = 0] = readFileSync(timeFile, "utf8").trim().split(" ").map(Number);
  return { wallSeconds, cpuSeconds: user + system, peakMiB: peakKiB / 1024 };
}

/** Runs a command without measuring it; its standard input is empty. */
export function run(argv: readonly string[]): Promise<void> {
  const [program = "", ...args] = argv;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-4000);
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${argv.join(" ")} ended with ${code ?? signal}:\n${output}`));
    });
  });
}
