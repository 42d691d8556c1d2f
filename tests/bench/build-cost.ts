/**
 * What a build costs beside the compilers: the processor time of its Node processes against that of all it ran.
 *
 * Node processes are found by name below the build and looked at ten times a second; what one uses after
 * the last look is not seen.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const LOOK_MILLISECONDS = 100;
const TICKS_A_SECOND = 100; // USER_HZ, linux/asm-generic/param.h: what /proc counts in

export interface BuildCost {
  readonly wallSeconds: number;
  /** Of the build and all below it. */
  readonly cpuSeconds: number;
  /** Of its Node processes. */
  readonly ownCpuSeconds: number;
}

/** Runs a build to its end; throws where it fails. Its output goes to the terminal. */
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
  const seen = new Map<string, number>();
  const timer = setInterval(() => lookAtNode(child.pid ?? 0, seen), LOOK_MILLISECONDS);
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  clearInterval(timer);
  const wallSeconds = (performance.now() - startedAt) / 1000;
  const [user = 0, system = 0] = readFileSync(timeFile, "utf8").trim().split(" ").map(Number);
  rmSync(folder, { recursive: true });
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}`);
  const ownTicks = [...seen.values()].reduce((sum, ticks) => sum + ticks, 0);
  return { wallSeconds, cpuSeconds: user + system, ownCpuSeconds: ownTicks / TICKS_A_SECOND };
}

interface ProcessFacts {
  readonly name: string;
  readonly parent: number;
  /** Own user and system time so far, in ticks, all threads. */
  readonly ticks: number;
  /** Tells a process from a later one of the same number. */
  readonly startTime: string;
}

/** Notes the ticks so far of every process named `node` below `root`. */
function lookAtNode(root: number, seen: Map<string, number>): void {
  const processes = new Map<number, ProcessFacts>();
  for (const entry of readdirSync("/proc")) {
    const facts = /^[0-9]+$/.test(entry) ? readProcess(entry) : undefined;
    if (facts !== undefined) processes.set(Number(entry), facts);
  }
  for (const [pid, { name, ticks, startTime }] of processes) {
    if (name === "node" && isBelow(pid, root, processes)) seen.set(`${pid} ${startTime}`, ticks);
  }
}

function isBelow(pid: number, root: number, processes: ReadonlyMap<number, ProcessFacts>): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 0; at = processes.get(at)?.parent) {
    if (at === root) return true;
  }
  return false;
}

/** Fields of /proc/PID/stat (proc(5)); `undefined` where the process has just ended. */
function readProcess(pid: string): ProcessFacts | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  const nameEnd = text.lastIndexOf(")");
  const fields = text.slice(nameEnd + 2).split(" "); // from field 3, the state, on
  const field = (number: number): string => fields[number - 3] ?? "0";
  return {
    name: text.slice(text.indexOf("(") + 1, nameEnd),
    parent: Number(field(4)),
    ticks: Number(field(14)) + Number(field(15)),
    startTime: field(22),
  };
}
