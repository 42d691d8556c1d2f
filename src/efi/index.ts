/**
 * What a UEFI application imports as `efi`: typed bindings over the one primitive of `bq2:firmware`. A
 * failing status is an {@link EfiError}. `console.log`, `setTimeout` and top-level `await` work as usual.
 *
 * @example
 * import { ownVolume, powerOff } from "efi";
 *
 * for (const { name, size } of ownVolume().list("/")) console.log(name, size);
 * powerOff();
 */
export { type BlockDevice, blockDevices } from "./block-io.ts";
export { monotonicSeconds, stall } from "./clock.ts";
export { sha256 } from "./digest.ts";
export { type FileEntry, ownVolume, type Volume, volumeOf, volumes } from "./files.ts";
export { type GraphicsMode, openScreen, type Screen } from "./graphics.ts";
export * from "./guid.ts";
export { type LoadedImage, loadImage, ownDevice, ownImage } from "./images.ts";
export { readLine, waitForKey } from "./keys.ts";
export { offerFile, offerInitrd } from "./load-file2.ts";
export { sleep } from "./loop.ts";
export { type MemoryRange, memoryMap } from "./memory-map.ts";
export {
  handlesOf,
  installProtocol,
  locateProtocol,
  protocolOf,
  removeProtocol,
  type Structure,
} from "./protocols.ts";
export { leave, powerOff, reset, setWatchdog } from "./reset.ts";
export { checkStatus, EfiError, errorStatus, hexadecimal, statusName } from "./status.ts";
export { BOOT, bootServices, RUNTIME, runtimeServices, SYSTEM_TABLE, systemTable } from "./tables.ts";
export {
  clearScreen,
  dropKeys,
  type Key,
  type KeyName,
  moveCursor,
  readKey,
  setColors,
  showCursor,
  write,
} from "./text-console.ts";
export { now, setTime } from "./time.ts";
export {
  getVariable,
  setVariable,
  VARIABLE,
  type VariableName,
  variableNames,
  variableText,
} from "./variables.ts";
export {
  bytesAt,
  fromUtf16,
  Interface,
  type Pointer,
  Result,
  utf16,
  viewAt,
  type Word,
  wordAt,
} from "./words.ts";
