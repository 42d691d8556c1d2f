/**
 * The power buttons of the machine and of keyboards, through their input devices
 * (Documentation/input/input.rst). Devices that appear after the boot are not watched.
 */
import { describeError } from "../base/error.ts";
import { reserved, struct, u16, u32 } from "../base/struct.ts";
import { readText } from "../platform/files.ts";
import { EV_KEY, KEY_POWER } from "../platform/linux-abi.ts";
import type { Platform } from "../platform/platform.ts";
import type { KernelLog } from "./kernel-log.ts";

const CLASS = "/sys/class/input";

/** include/uapi/linux/input.h: struct input_event, 64 bits; the time first. */
const InputEvent = struct("input_event", 24, { time: reserved(16), type: u16, code: u16, value: u32 });
const PRESSED = 1;
const EVENTS_AT_ONCE = 16;

const BITS_PER_WORD = 64;

/**
 * True if a device's `capabilities/key` has the power key: 64-bit words in hexadecimal, the highest first.
 */
export function hasPowerKey(capabilities: string): boolean {
  const words = capabilities.trim().split(/\s+/).reverse();
  const word = BigInt(`0x${words[Math.floor(KEY_POWER / BITS_PER_WORD)] ?? "0"}`);
  return ((word >> BigInt(KEY_POWER % BITS_PER_WORD)) & 1n) === 1n;
}

/** True if one of these events is the power key going down. */
export function isPowerPressed(events: Uint8Array): boolean {
  for (let at = 0; at + InputEvent.size <= events.length; at += InputEvent.size) {
    const { type, code, value } = InputEvent.decode(events, at);
    if (type === EV_KEY && code === KEY_POWER && value === PRESSED) return true;
  }
  return false;
}

/** Calls `pressed` whenever the power button of any device is pressed. */
export function watchPowerButtons(platform: Platform, log: KernelLog, pressed: () => void): void {
  const { files } = platform;
  if (files.statusFollowed(CLASS) === undefined) return;
  for (const name of files.list(CLASS).filter((name) => name.startsWith("event"))) {
    const capabilities = `${CLASS}/${name}/device/capabilities/key`;
    if (files.statusFollowed(capabilities) === undefined || !hasPowerKey(readText(files, capabilities)))
      continue;
    watch(platform, `/dev/input/${name}`, pressed).catch((error: unknown) =>
      log.warn(`no longer watching ${name} for the power button: ${describeError(error)}`),
    );
  }
}

/** Reads events until the device is gone; then throws. */
async function watch({ files, kernel }: Platform, path: string, pressed: () => void): Promise<void> {
  if (kernel.waitReadable === undefined) return;
  const fd = files.open(path, "read");
  const buffer = new Uint8Array(InputEvent.size * EVENTS_AT_ONCE);
  try {
    for (;;) {
      await kernel.waitReadable(fd);
      const length = files.read(fd, buffer, 0, buffer.length, null);
      if (isPowerPressed(buffer.subarray(0, length))) pressed();
    }
  } finally {
    files.close(fd);
  }
}
