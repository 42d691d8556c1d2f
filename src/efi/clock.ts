/** Elapsed time: the processor's counter, calibrated once against the firmware's Stall (UEFI 2.10, 7.5.2). */
import { ticks } from "bq2:firmware";
import { BOOT, bootServices } from "./tables.ts";

/** Blocks for this long. */
export function stall(microseconds: number): void {
  bootServices.service("wait", BOOT.stall, microseconds);
}

const MEASURED_MICROSECONDS = 1000;
const MEASUREMENTS = 5;

let ticksPerSecond: number | undefined;

/** Takes the shortest of some measurements: on a busy virtual machine a delay may be far too long. */
function measure(): number {
  const counts = Array.from({ length: MEASUREMENTS }, () => {
    const before = ticks();
    stall(MEASURED_MICROSECONDS);
    return ticks() - before;
  });
  return (Math.min(...counts) * 1_000_000) / MEASURED_MICROSECONDS;
}

/** Seconds since an arbitrary moment; never goes back. */
export function monotonicSeconds(): number {
  ticksPerSecond ??= measure();
  return ticks() / ticksPerSecond;
}
