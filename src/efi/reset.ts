/** Ends of all kinds (UEFI 2.10, 8.5.1: ResetSystem; 7.5.1: SetWatchdogTimer; 7.4.5: Exit). */
import { exit } from "bq2:firmware";
import { BOOT, bootServices, RUNTIME, runtimeServices } from "./tables.ts";

/** 8.5.1: EFI_RESET_TYPE. */
const RESET_TYPES = { cold: 0, warm: 1, shutdown: 2 } as const;

/** Does not return, unless the machine cannot do it. */
export function reset(type: keyof typeof RESET_TYPES): void {
  runtimeServices.service("reset the machine", RUNTIME.resetSystem, RESET_TYPES[type], 0, 0, null);
}

/** Off, where the machine can. */
export function powerOff(): void {
  reset("shutdown");
}

/** The firmware resets the machine after so many seconds; 0 turns that off, as it is when a program starts. */
export function setWatchdog(seconds: number): void {
  bootServices.service("set the watchdog", BOOT.setWatchdogTimer, seconds, 0, 0, null);
}

/** Ends this program: 0 is success to whoever started it, anything else EFI_DEVICE_ERROR. */
export function leave(code = 0): never {
  return exit(code);
}
