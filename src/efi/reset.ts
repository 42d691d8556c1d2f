/** Ways to end: reset, power off, watchdog, exit (UEFI 2.10, 8.5.1, 7.5.1: SetWatchdogTimer, 7.4.5). */
import { exit } from "bq2:firmware";
import { BOOT, bootServices, RUNTIME, runtimeServices } from "./tables.ts";

/** 8.5.1: EFI_RESET_TYPE. */
const RESET_TYPES = { cold: 0, warm: 1, shutdown: 2 } as const;

/** Does not return, unless the machine does not support it (8.5.1: ResetSystem). */
export function reset(type: keyof typeof RESET_TYPES): void {
  runtimeServices.service("reset the machine", RUNTIME.resetSystem, RESET_TYPES[type], 0, 0, null);
}

/** Powers off, if the machine supports it. */
export function powerOff(): void {
  reset("shutdown");
}

/** Makes the firmware reset the machine after `seconds`; 0 turns the watchdog off, which is the default. */
export function setWatchdog(seconds: number): void {
  bootServices.service("set the watchdog", BOOT.setWatchdogTimer, seconds, 0, 0, null);
}

/** Ends this program, and returns EFI_SUCCESS to its caller if `code` is 0, else EFI_DEVICE_ERROR. */
export function leave(code = 0): never {
  return exit(code);
}
