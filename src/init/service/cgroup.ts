/**
 * A cgroup for each service (Documentation/admin-guide/cgroup-v2.rst): it holds all processes of the service,
 * whatever they do, and limits them.
 */
import { Bq2Error, errorCode } from "../../base/error.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { systemCallUnless } from "../../linux/syscalls.ts";
import { makeFolders, readText } from "../../platform/files.ts";
import { ESRCH, SIGNALS } from "../../platform/linux-abi.ts";
import type { Files, Platform } from "../../platform/platform.ts";
import type { Service } from "../../system/description.ts";

const MOUNT = "/sys/fs/cgroup";
const OURS = `${MOUNT}/bq2`;

/** The period that `cpu.max` counts in, the kernel's default. */
const PERIOD_MICROSECONDS = 100_000;

type Controller = "cpu" | "memory" | "pids";

interface Limit {
  readonly controller: Controller;
  readonly file: string;
  readonly value: string;
  /** For messages. */
  readonly what: string;
}

function limitsOf({ limits }: Service): readonly Limit[] {
  const { memoryBytes, processes, cpuPercent } = limits;
  const quota = `${((cpuPercent ?? 0) * PERIOD_MICROSECONDS) / 100} ${PERIOD_MICROSECONDS}`;
  return [
    ...limit("memory", "memory.max", memoryBytes, String(memoryBytes), "the memory"),
    ...limit("pids", "pids.max", processes, String(processes), "the number of processes"),
    ...limit("cpu", "cpu.max", cpuPercent, quota, "the processor time"),
  ];
}

function limit(
  controller: Controller,
  file: string,
  wanted: number | null,
  value: string,
  what: string,
): Limit[] {
  return wanted === null ? [] : [{ controller, file, value, what }];
}

/**
 * Makes the cgroup of a service, or sets its limits again, and returns its folder; undefined on a machine
 * without cgroups. Throws Bq2Error `no-limit` if a limit is wanted that this kernel does not have.
 */
export function cgroupOf({ files }: Platform, service: Service): string | undefined {
  const limits = limitsOf(service);
  if (files.statusFollowed(`${MOUNT}/cgroup.controllers`) === undefined) {
    if (limits[0] !== undefined) refuse(service, limits[0], "cgroups are not mounted");
    return undefined;
  }
  const available = readText(files, `${MOUNT}/cgroup.controllers`).trim().split(" ");
  const missing = limits.find(({ controller }) => !available.includes(controller));
  if (missing !== undefined)
    refuse(service, missing, `this kernel has no ${missing.controller} controller for cgroups`);
  const folder = `${OURS}/${service.name}`;
  makeFolders(files, folder, 0o755);
  for (const { controller } of limits)
    for (const parent of [MOUNT, OURS]) put(files, `${parent}/cgroup.subtree_control`, `+${controller}`);
  for (const { file, value } of limits) put(files, `${folder}/${file}`, value);
  return folder;
}

function refuse({ name }: Service, { what }: Limit, problem: string): never {
  throw new Bq2Error(`Cannot limit ${what} of ${name}: ${problem}`, {
    code: "no-limit",
    hint: "leave that limit out, or use a kernel with that controller",
  });
}

/** The files of a cgroup take a command in one write. */
function put(files: Files, path: string, text: string): void {
  const fd = files.open(path, "write");
  try {
    files.write(fd, encodeUtf8(text), null);
  } finally {
    files.close(fd);
  }
}

/** Moves the calling process into the cgroup. */
export function enterCgroup({ files }: Platform, folder: string): void {
  put(files, `${folder}/cgroup.procs`, "0");
}

/** Whether the cgroup has no process. */
export function isCgroupEmpty({ files }: Platform, folder: string): boolean {
  const path = `${folder}/cgroup.events`;
  return files.status(path) === undefined || /^populated 0$/m.test(readText(files, path));
}

/** Sends the signal to all processes of the cgroup. */
export function signalCgroup(platform: Platform, folder: string, signal: string): void {
  const { files } = platform;
  const killer = `${folder}/cgroup.kill`; // Linux 5.14: it also kills processes that are being made meanwhile
  if (signal === "SIGKILL" && files.status(killer) !== undefined) put(files, killer, "1");
  else
    for (const pid of processesIn(files, folder)) {
      const call = { name: "kill", action: `send ${signal} to`, what: `process ${pid}` } as const;
      systemCallUnless(platform, [ESRCH], call, pid, SIGNALS[signal] ?? 0);
    }
}

function processesIn(files: Files, folder: string): readonly number[] {
  try {
    const text = readText(files, `${folder}/cgroup.procs`);
    return text
      .split("\n")
      .map(Number)
      .filter((pid) => pid > 0);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}
