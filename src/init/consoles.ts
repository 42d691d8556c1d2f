/** Finds the machine's consoles, and writes to them. */
import { encodeUtf8 } from "../base/text.ts";
import { systemCall } from "../linux/syscalls.ts";
import { unsentBytes } from "../linux/terminal.ts";
import { readText } from "../platform/files.ts";
import { AT_FDCWD, O_CLOEXEC, O_NOCTTY, O_RDWR } from "../platform/linux-abi.ts";
import type { Platform } from "../platform/platform.ts";

/** One line for each driver that the kernel writes its messages to. */
const ACTIVE = "/sys/class/tty/console/active";

/** A name in /dev, and the terminal type for TERM. */
export interface Console {
  readonly name: string;
  readonly term: string;
}

/** If the kernel lists none: the console that it has chosen. */
const LAST_RESORT: Console = { name: "console", term: "vt100" };

/**
 * The consoles in the kernel's list, such as "tty0 ttyS0". `tty0` is whichever screen is visible, not a
 * terminal itself, so tty1, the first visible one, replaces it.
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

/**
 * The consoles that can be written to: the kernel lists a PC's first serial port even if it does not exist.
 */
export function workingConsoles(platform: Platform): readonly Console[] {
  const { files } = platform;
  const active = files.statusFollowed(ACTIVE) === undefined ? "" : readText(files, ACTIVE);
  const consoles = consolesOf(active);
  const working = consoles.filter((console) => writeTo(platform, console, "\n"));
  return working.length === 0 ? consoles : working;
}

/** False if the console cannot be written to. */
export function writeTo(platform: Platform, console: Console, text: string): boolean {
  return succeedsOn(platform, console, (fd) => {
    platform.files.write(fd, encodeUtf8(text), null);
    return true;
  });
}

const SENDING_SECONDS = 1; // 11,520 bytes at the usual 115200 baud
const LOOK_EVERY_SECONDS = 0.02;

/**
 * Waits until the consoles have sent what was written: when a session ends, the kernel drops the rest
 * (drivers/tty/serial/serial_core.c, uart_hangup). The wait is short, since a stopped terminal (Ctrl-S) never
 * sends.
 */
export async function untilSent(platform: Platform, consoles: readonly Console[]): Promise<void> {
  const end = platform.clock.monotonicSeconds() + SENDING_SECONDS;
  while (consoles.some((console) => isSending(platform, console)) && platform.clock.monotonicSeconds() < end)
    await platform.clock.sleep(LOOK_EVERY_SECONDS);
}

function isSending(platform: Platform, console: Console): boolean {
  return succeedsOn(platform, console, (fd) => unsentBytes(platform, fd) > 0);
}

/** The result of `body` for the opened console; false if it throws or the console cannot be opened. */
function succeedsOn(platform: Platform, console: Console, body: (fd: number) => boolean): boolean {
  try {
    const fd = openConsole(platform, console);
    try {
      return body(fd);
    } finally {
      platform.files.close(fd);
    }
  } catch {
    return false;
  }
}

/** Does not make it the caller's controlling terminal, but leaves that to the session started on it. */
export function openConsole(platform: Platform, { name }: Console): number {
  const call = { name: "openat", action: "open", what: `/dev/${name}` } as const;
  return systemCall(platform, call, AT_FDCWD, call.what, O_RDWR | O_NOCTTY | O_CLOEXEC, 0);
}
