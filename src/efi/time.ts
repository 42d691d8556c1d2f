/** The firmware's clock (UEFI 2.10, 8.3). */
import { struct, u8, u16, u32 } from "../base/struct.ts";
import { RUNTIME, runtimeServices } from "./tables.ts";

/** 8.3: EFI_TIME. */
export const EfiTime = struct("EFI_TIME", 16, {
  year: u16,
  month: u8,
  day: u8,
  hour: u8,
  minute: u8,
  second: u8,
  pad1: u8,
  nanosecond: u32,
  timeZone: u16,
  daylight: u8,
  pad2: u8,
});

const UNSPECIFIED_ZONE = 0x7ff; // EFI_UNSPECIFIED_TIMEZONE: taken as UTC

/** How many minutes local time is behind UTC; the field is a signed 16-bit number. */
function minutesBehindUtc(timeZone: number): number {
  if (timeZone === UNSPECIFIED_ZONE) return 0;
  return timeZone >= 0x8000 ? timeZone - 0x10000 : timeZone;
}

/** The current time, with a fraction of a second if the firmware has one; `new Date()` has none. */
export function now(): Date {
  const bytes = new Uint8Array(EfiTime.size);
  runtimeServices.service("read the clock", RUNTIME.getTime, bytes, null);
  const { year, month, day, hour, minute, second, nanosecond, timeZone } = EfiTime.decode(bytes);
  const minutes = minute + minutesBehindUtc(timeZone);
  return new Date(Date.UTC(year, month - 1, day, hour, minutes, second, nanosecond / 1_000_000));
}

/** Sets the clock, in UTC. */
export function setTime(time: Date): void {
  const bytes = EfiTime.encode({
    year: time.getUTCFullYear(),
    month: time.getUTCMonth() + 1,
    day: time.getUTCDate(),
    hour: time.getUTCHours(),
    minute: time.getUTCMinutes(),
    second: time.getUTCSeconds(),
    nanosecond: time.getUTCMilliseconds() * 1_000_000,
  });
  runtimeServices.service("set the clock", RUNTIME.setTime, bytes);
}
