/** Time that passes: the processor's counter, measured once against the firmware's delay (UEFI 2.10, 7.5.2: Stall). */
import { ticks } from "bq2:firmware";
import { BOOT, bootServices } from "./tables.ts";

/** Does nothing for a while. */
export function stall(microseconds: number): void {
  bootServices.service("wait", BOOT.stall, microseconds);
}

const MEASURED_MICROSECONDS = 1000;
const MEASUREMENTS = 5;

let ticksPerSecond: number | undefined;

/** The shortest of some measurements: on a busy virtual machine one may last far longer than it says. */
function measure(): number {
  const counts = Array.from({ length: MEASUREMENTS }, () => {
    const before = ticks();
    stall(MEASURED_MICROSECONDS);
    return ticks() - before;
  });
  return (Math.min(...counts) * 1_000_000) / MEASURED_MICROSECONDS;
}

/** Seconds from an arbitrary start, never going back. */
export function monotonicSeconds(): number {
  ticksPerSecond ??= measure();
  return ticks() / ticksPerSecond;
}
