/** Which consoles there are, and what is written to them. */
import { encodeUtf8 } from "../base/text.ts";
import { systemCall } from "../linux/syscalls.ts";
import { unsentBytes } from "../linux/terminal.ts";
import { readText } from "../platform/files.ts";
import { AT_FDCWD, O_CLOEXEC, O_NOCTTY, O_RDWR } from "../platform/linux-abi.ts";
import type { Platform } from "../platform/platform.ts";

/** One line for each driver that the kernel writes its messages to. */
const ACTIVE = "/sys/class/tty/console/active";

/** A name in /dev, and what terminals of that kind understand. */
export interface Console {
  readonly name: string;
  readonly term: string;
}

/** Where the kernel tells of none: its own choice. */
const LAST_RESORT: Console = { name: "console", term: "vt100" };

/**
 * The consoles behind the kernel's list, such as "tty0 ttyS0". `tty0` is whichever screen is shown, and no terminal of its
 * own: tty1, the one shown first, stands for it.
 */
export function consolesOf(active: string): readonly Console[] {
  const names = active.split(/\s+/).filter((name) => name !== "");
  const terminals = names.map((name) => (name === "tty0" ? "tty1" : name));
  const consoles = [...new Set(terminals)].map((name) => ({
    name,
    term: /^tty\d+$/.test(name) ? "linux" : "vt220",
  }));
  return consoles.length === 0 ? [LAST_RESORT] : consoles;
}

/** The consoles that take what is written: the kernel counts a PC's first serial port in, there or not. */
export function workingConsoles(platform: Platform): readonly Console[] {
  const { files } = platform;
  const active = files.statusFollowed(ACTIVE) === undefined ? "" : readText(files, ACTIVE);
  const consoles = consolesOf(active);
  const working = consoles.filter((console) => writeTo(platform, console, "\n"));
  return working.length === 0 ? consoles : working;
}

/** False where it cannot be written. */
export function writeTo(platform: Platform, console: Console, text: string): boolean {
  return isSoOn(platform, console, (fd) => {
    platform.files.write(fd, encodeUtf8(text), null);
    return true;
  });
}

const SENDING_SECONDS = 1; // 11,520 bytes at the usual 115200 baud
const LOOK_EVERY_SECONDS = 0.02;

/**
 * Waits until what was written has left for the consoles: when a session ends, the kernel drops what has not
 * (drivers/tty/serial/serial_core.c, uart_hangup). Not for long, since a stopped terminal (Ctrl-S) sends nothing.
 */
export async function untilSent(platform: Platform, consoles: readonly Console[]): Promise<void> {
  const end = platform.clock.monotonicSeconds() + SENDING_SECONDS;
  while (consoles.some((console) => isSending(platform, console)) && platform.clock.monotonicSeconds() < end)
    await platform.clock.sleep(LOOK_EVERY_SECONDS);
}

function isSending(platform: Platform, console: Console): boolean {
  return isSoOn(platform, console, (fd) => unsentBytes(platform, fd) > 0);
}

/** What `holds` says of the opened console; false where either fails. */
function isSoOn(platform: Platform, console: Console, holds: (fd: number) => boolean): boolean {
  try {
    const fd = openConsole(platform, console);
    try {
      return holds(fd);
    } finally {
      platform.files.close(fd);
    }
  } catch {
    return false;
  }
}

/** Not the caller's controlling terminal: that is for the session which is started on it. */
export function openConsole(platform: Platform, { name }: Console): number {
  const call = { name: "openat", action: "open", what: `/dev/${name}` } as const;
  return systemCall(platform, call, AT_FDCWD, call.what, O_RDWR | O_NOCTTY | O_CLOEXEC, 0);
}
