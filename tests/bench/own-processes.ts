/**
 * A build's own processes, without the programs that its steps run: found by name among its children
 * (proc(5)).
 */
import { readdirSync, readFileSync } from "node:fs";

/** Node runs bq2, and esbuild bundles it. */
const OWN_NAMES: readonly string[] = ["node", "esbuild"];
/** Programs that `src/platform/node/decompress.ts` starts. */
const DECOMPRESSORS: readonly string[] = ["xz", "bzip2", "zstd"];

export interface OwnProcess {
  readonly pid: number;
  readonly kind: "own" | "decompressor";
  readonly name: string;
  /** The process's own user and system time so far, of all threads, in ticks. */
  readonly ticks: number;
  /** Distinguishes a process from a later one with the same number. */
  readonly startTime: string;
}

type ProcessFacts = Omit<OwnProcess, "kind"> & { readonly parent: number };

/** Includes `root` itself. */
export function ownProcesses(root: number): OwnProcess[] {
  const all = new Map<number, ProcessFacts>();
  for (const entry of readdirSync("/proc")) {
    const facts = /^[0-9]+$/.test(entry) ? readProcess(Number(entry)) : undefined;
    if (facts !== undefined) all.set(facts.pid, facts);
  }
  return [...all.values()].flatMap((facts) => {
    const kind = kindOf(facts, all.get(facts.parent)?.name);
    return kind !== undefined && isBelow(facts.pid, root, all) ? [{ ...facts, kind }] : [];
  });
}

function kindOf({ name }: ProcessFacts, parentName: string | undefined): OwnProcess["kind"] | undefined {
  if (OWN_NAMES.includes(name)) return "own";
  return DECOMPRESSORS.includes(name) && parentName === "node" ? "decompressor" : undefined;
}

function isBelow(pid: number, root: number, processes: ReadonlyMap<number, ProcessFacts>): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 0; at = processes.get(at)?.parent) {
    if (at === root) return true;
  }
  return false;
}

/** undefined if the process has just ended. */
function readProcess(pid: number): ProcessFacts | undefined {
  const text = readIfThere(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const nameEnd = text.lastIndexOf(")");
  const fields = text.slice(nameEnd + 2).split(" "); // from field 3, the state, on
  const field = (number: number): string => fields[number - 3] ?? "0";
  return {
    pid,
    name: text.slice(text.indexOf("(") + 1, nameEnd),
    parent: Number(field(4)),
    ticks: Number(field(14)) + Number(field(15)),
    startTime: field(22),
  };
}

/**
 * MiB that the processes use: each one's private memory, and the pages of files (the program and its
 * libraries) once for all processes of a name. The kernel's proportional sizes would depend on who else runs
 * the same program.
 */
export function memoryMiB(processes: readonly OwnProcess[]): number {
  const ofFiles = new Map<string, number>();
  let kibibytes = 0;
  for (const { pid, name } of processes) {
    const text = readIfThere(`/proc/${pid}/smaps_rollup`) ?? "";
    const line = (title: string): number =>
      Number(new RegExp(`^${title}: *([0-9]+) kB`, "m").exec(text)?.[1] ?? 0);
    const own = line("Pss_Anon") + line("Pss_Shmem");
    kibibytes += own;
    ofFiles.set(name, Math.max(ofFiles.get(name) ?? 0, line("Rss") - own));
  }
  for (const shared of ofFiles.values()) kibibytes += shared;
  return kibibytes / 1024;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
