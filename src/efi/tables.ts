/** The firmware's tables, which lead to everything else. */
import { systemTable as systemTableAddress } from "bq2:firmware";
import { Interface } from "./words.ts";

/** UEFI 2.10, 4.3: EFI_SYSTEM_TABLE. */
export const systemTable: Interface = new Interface(systemTableAddress);
export const SYSTEM_TABLE = { vendor: 24, revision: 32, consoleIn: 48, consoleOut: 64 } as const;
const RUNTIME_SERVICES_OFFSET = 88;
const BOOT_SERVICES_OFFSET = 96;

export const bootServices: Interface = new Interface(systemTable.word(BOOT_SERVICES_OFFSET));
export const runtimeServices: Interface = new Interface(systemTable.word(RUNTIME_SERVICES_OFFSET));

/** UEFI 2.10, 4.4: EFI_BOOT_SERVICES; offsets of the functions that these bindings call. */
export const BOOT = {
  allocatePages: 40,
  freePages: 48,
  getMemoryMap: 56,
  installProtocolInterface: 128,
  uninstallProtocolInterface: 144,
  handleProtocol: 152,
  loadImage: 200,
  startImage: 208,
  unloadImage: 224,
  stall: 248,
  setWatchdogTimer: 256,
  locateHandleBuffer: 312,
  locateProtocol: 320,
  freePool: 72,
} as const;

/** UEFI 2.10, 4.5: EFI_RUNTIME_SERVICES. */
export const RUNTIME = {
  getTime: 24,
  setTime: 32,
  getVariable: 72,
  getNextVariableName: 80,
  setVariable: 88,
  resetSystem: 104,
} as const;
