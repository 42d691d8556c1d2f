/** Performs the steps of the boot. */
import { Bq2Error, describeError, errorCode } from "../base/error.ts";
import { encodeUtf8 } from "../base/text.ts";
import { mountFileSystem, remount } from "../linux/mount.ts";
import { systemCall } from "../linux/syscalls.ts";
import { bringUp } from "../network/interfaces.ts";
import { readText } from "../platform/files.ts";
import {
  AT_FDCWD,
  CLOCK_REALTIME,
  LINUX_REBOOT_CMD_CAD_OFF,
  LINUX_REBOOT_MAGIC1,
  LINUX_REBOOT_MAGIC2,
} from "../platform/linux-abi.ts";
import type { Platform } from "../platform/platform.ts";
import { type BootStep, type BootWork, type BootWorkOf, describeStep } from "./boot-step.ts";
import type { KernelLog } from "./kernel-log.ts";

/**
 * Performs all steps in order. If a needed one fails, waits for `rescue` before it goes on. Returns false if
 * a needed step failed.
 */
export async function performAll(
  platform: Platform,
  steps: readonly BootStep[],
  log: KernelLog,
  rescue: (reason: string) => Promise<void>,
): Promise<boolean> {
  let isWhole = true;
  for (const step of steps) {
    try {
      perform(platform, step, log);
    } catch (error) {
      const reason = `Cannot ${describeStep(step)} (${step.why}): ${describeError(error)}`;
      log.error(reason);
      if (!step.needed) continue;
      isWhole = false;
      await rescue(reason);
    }
  }
  return isWhole;
}

function perform<K extends BootWork["kind"]>(platform: Platform, work: BootWorkOf<K>, log: KernelLog): void {
  PERFORM[work.kind as K](platform, work, log);
}

const PERFORM: {
  readonly [K in BootWork["kind"]]: (platform: Platform, work: BootWorkOf<K>, log: KernelLog) => void;
} = {
  mount(platform, work) {
    if (work.isOptional && platform.files.statusFollowed(work.target) === undefined) return;
    mountFileSystem(platform, work);
  },

  folder({ files }, { path, mode }) {
    if (files.status(path) === undefined) files.makeFolder(path, mode);
  },

  link({ files }, { path, target }) {
    if (files.status(path) === undefined) files.symlink(target, path);
  },

  setting({ files }, { path, value }) {
    const fd = files.open(path, "update");
    try {
      files.write(fd, encodeUtf8(`${value}\n`), null);
    } finally {
      files.close(fd);
    }
  },

  writable(platform, { path }) {
    if (canWrite(platform, path)) return;
    try {
      remount(platform, path, 0); // the kernel's command line said "ro", or the kernel had to start that way
    } catch (error) {
      throw new Bq2Error(`it is read-only. ${describeError(error)}`, {
        code: "read-only-disk",
        hint: "check whether the disk is write-protected, and run e2fsck in case it is damaged",
        cause: error,
      });
    }
  },

  hostname(platform, { from }) {
    const name = encodeUtf8(readText(platform.files, from).trim());
    const call = { name: "sethostname", action: "name", what: "the machine" } as const;
    systemCall(platform, call, name, name.length);
  },

  clock(platform, { notBefore }, log) {
    const earliest = platform.files.statusFollowed(notBefore)?.mtime;
    const now = platform.clock.nowMicroseconds() / 1e6;
    if (earliest === undefined || now >= earliest) return;
    const time = BigInt64Array.of(BigInt(Math.floor(earliest)), 0n); // struct timespec
    const call = { name: "clock_settime", action: "set", what: "the clock" } as const;
    systemCall(platform, call, CLOCK_REALTIME, new Uint8Array(time.buffer));
    log.warn(`the clock was behind (${isoTime(now)}): set to ${isoTime(earliest)}, the time of ${notBefore}`);
  },

  "interface-up": (platform, { name }) => bringUp(platform, name),

  "ctrl-alt-del"(platform) {
    const call = { name: "reboot", action: "route", what: "Ctrl-Alt-Del to process 1" } as const;
    systemCall(platform, call, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_CAD_OFF, null);
  },
};

const W_OK = 2; // POSIX, unistd.h; the kernel's headers have no such name

/** False if the file system is read-only. */
function canWrite(platform: Platform, path: string): boolean {
  try {
    systemCall(platform, { name: "faccessat", action: "write to", what: path }, AT_FDCWD, path, W_OK);
    return true;
  } catch (error) {
    if (errorCode(error) === "EROFS") return false;
    throw error;
  }
}

function isoTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}
