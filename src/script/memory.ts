/** How much memory JavaScript may take, so that too much is an error in it and not the end of other processes. */
import { readText } from "../platform/files.ts";
import type { Files } from "../platform/platform.ts";
import type { Engine } from "./engine.ts";

/** Of what is available; the rest is for the children that are started, and for the kernel. */
const SHARE = 0.75;

/** Holds the engine to {@link memoryLimit}. */
export function limitMemory(files: Files, engine: Pick<Engine, "setMemoryLimit">): void {
  const limit = memoryLimit(files);
  if (limit !== undefined) engine.setMemoryLimit(limit);
}

/** Bytes; undefined where the kernel does not tell (no /proc). */
export function memoryLimit(files: Files): number | undefined {
  if (files.statusFollowed("/proc/meminfo") === undefined) return undefined;
  const available = /^MemAvailable:\s*(\d+) kB$/m.exec(readText(files, "/proc/meminfo"))?.[1]; // proc_meminfo(5)
  return available === undefined ? undefined : Math.floor(Number(available) * 1024 * SHARE);
}
