/** The processor time of this process and its reaped children: proc_pid_stat(5). */
import { readText } from "../platform/files.ts";
import { USER_HZ } from "../platform/linux-abi.ts";
import type { Platform } from "../platform/platform.ts";

/** Index of utime, stime, cutime and cstime after the program's name, which may contain anything. */
const FIRST_TIME = 11;
const TIMES = 4;

export function processorSeconds({ files }: Pick<Platform, "files">): number {
  const stat = readText(files, "/proc/self/stat");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const times = fields.slice(FIRST_TIME, FIRST_TIME + TIMES).map(Number);
  return times.reduce((sum, ticks) => sum + ticks, 0) / USER_HZ;
}
