/** Limits JavaScript's memory, so that using too much is an error there and does not kill other processes. */
import { readText } from "../platform/files.ts";
import type { Files } from "../platform/platform.ts";
import type { Engine } from "./engine.ts";

/** Share of the available memory; the rest is for child processes and the kernel. */
const SHARE = 0.75;

/** Sets the engine's limit to {@link memoryLimit}. */
export function limitMemory(files: Files, engine: Pick<Engine, "setMemoryLimit">): void {
  const limit = memoryLimit(files);
  if (limit !== undefined) engine.setMemoryLimit(limit);
}

/** Bytes; `undefined` without /proc. */
export function memoryLimit(files: Files): number | undefined {
  if (files.statusFollowed("/proc/meminfo") === undefined) return undefined;
  // proc_meminfo(5)
  const available = /^MemAvailable:\s*(\d+) kB$/m.exec(readText(files, "/proc/meminfo"))?.[1];
  return available === undefined ? undefined : Math.floor(Number(available) * 1024 * SHARE);
}
