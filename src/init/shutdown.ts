/** Shuts the machine down in good order: a list of steps, each of which is tried even if others fail. */
import { describeError, errorCode } from "../base/error.ts";
import { remount, unmountUnused } from "../linux/mount.ts";
import { systemCall } from "../linux/syscalls.ts";
import { readText } from "../platform/files.ts";
import {
  LINUX_REBOOT_MAGIC1,
  LINUX_REBOOT_MAGIC2,
  MS_RDONLY,
  P_ALL,
  SIGNALS,
  WEXITED,
  WNOHANG,
  WNOWAIT,
} from "../platform/linux-abi.ts";
import type { Platform } from "../platform/platform.ts";
import { ENDINGS, type Ending } from "./endings.ts";
import type { KernelLog } from "./kernel-log.ts";
import { unmountOrder } from "./mounts.ts";

export type ShutdownStep =
  | { readonly kind: "signal-all"; readonly signal: string; readonly why: string }
  | { readonly kind: "wait-for-all"; readonly seconds: number; readonly why: string }
  | { readonly kind: "flush" | "unmount" | "root-read-only"; readonly why: string };

export const SHUTDOWN_STEPS: readonly ShutdownStep[] = [
  { kind: "signal-all", signal: "SIGTERM", why: "programs can save their data" },
  { kind: "signal-all", signal: "SIGCONT", why: "stopped programs can do so, too" },
  { kind: "wait-for-all", seconds: 3, why: "programs need time to save" },
  { kind: "signal-all", signal: "SIGKILL", why: "nothing writes to a disk any more" },
  { kind: "wait-for-all", seconds: 2, why: "all files are closed when the processes are gone" },
  { kind: "flush", why: "the data is on the disk even if a later step fails" },
  { kind: "unmount", why: "disks are clean" },
  { kind: "root-read-only", why: "the root cannot be unmounted, but is clean when read-only" },
];

/** Takes all steps. Logs failures and goes on. */
export async function takeDown(platform: Platform, log: KernelLog): Promise<void> {
  for (const step of SHUTDOWN_STEPS) {
    try {
      await take(platform, step);
    } catch (error) {
      log.error(`shutdown: ${step.kind} (${step.why}): ${describeError(error)}`);
    }
  }
}

async function take(platform: Platform, step: ShutdownStep): Promise<void> {
  switch (step.kind) {
    case "signal-all":
      return signalAll(platform, step.signal);
    case "wait-for-all":
      return waitForAll(platform, step.seconds);
    case "flush":
      return flush(platform);
    case "unmount":
      return unmountAll(platform);
    case "root-read-only":
      return remount(platform, "/", MS_RDONLY);
  }
}

const ALL_PROCESSES = -1; // kill(2): all processes but process 1

function signalAll(platform: Platform, signal: string): void {
  try {
    const call = { name: "kill", action: `send ${signal} to`, what: "all processes" } as const;
    systemCall(platform, call, ALL_PROCESSES, SIGNALS[signal] ?? 0);
  } catch (error) {
    if (errorCode(error) !== "ESRCH") throw error; // there are none
  }
}

const LOOK_EVERY_SECONDS = 0.05;

/** Waits until no process is left, at most `seconds`. Every orphan is a child of process 1. */
async function waitForAll(platform: Platform, seconds: number): Promise<void> {
  const end = platform.clock.monotonicSeconds() + seconds;
  while (hasChildren(platform) && platform.clock.monotonicSeconds() < end)
    await platform.clock.sleep(LOOK_EVERY_SECONDS);
}

/** Does not reap: the event loop does. */
function hasChildren(platform: Platform): boolean {
  try {
    const call = { name: "waitid", action: "look for", what: "children" } as const;
    systemCall(platform, call, P_ALL, 0, null, WEXITED | WNOHANG | WNOWAIT, null);
    return true;
  } catch (error) {
    if (errorCode(error) === "ECHILD") return false;
    throw error;
  }
}

function flush(platform: Platform): void {
  systemCall(platform, { name: "sync", action: "flush", what: "the disks" });
}

/** Tries to unmount everything, then throws the first failure. */
function unmountAll(platform: Platform): void {
  const failures: unknown[] = [];
  for (const target of unmountOrder(readText(platform.files, "/proc/mounts"))) {
    try {
      unmountUnused(platform, target);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** Ends the machine. Does not return: if the kernel refuses, throws its error. */
export function endMachine(platform: Platform, ending: Ending): void {
  const call = { name: "reboot", action: "end", what: "the machine" } as const;
  systemCall(platform, call, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, ENDINGS[ending].command, null);
}
