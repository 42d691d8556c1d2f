/** Loads and starts other EFI applications, such as Linux kernels (UEFI 2.10, 7.4 and 9.1). */
import { address, image as ownHandle } from "bq2:firmware";
import { LOADED_IMAGE } from "./guid.ts";
import { protocolOf } from "./protocols.ts";
import { BOOT, bootServices } from "./tables.ts";
import { type Interface, type Pointer, Result, utf16, viewAt } from "./words.ts";

/** 9.1: EFI_LOADED_IMAGE_PROTOCOL. */
const OFFSETS = { deviceHandle: 24, loadOptionsSize: 48, loadOptions: 56 };

/** The EFI_LOADED_IMAGE_PROTOCOL of this application. */
export function ownImage(): Interface {
  return protocolOf(ownHandle, LOADED_IMAGE);
}

/** The device that this application was loaded from. */
export function ownDevice(): Pointer {
  return ownImage().word(OFFSETS.deviceHandle);
}

export interface LoadedImage {
  /** Runs it on this stack (7.4.2: StartImage). Returns when it ends; throws EfiError with its status. */
  start(): void;
  /** Frees its memory (7.4.3: UnloadImage). */
  unload(): void;
}

/**
 * Loads an application from memory (7.4.1: LoadImage). `options` is its command line, if any. Throws EfiError
 * `EFI_UNSUPPORTED` or `EFI_LOAD_ERROR` if it is not an application for this machine.
 */
export function loadImage(name: string, file: Uint8Array, options: string | undefined): LoadedImage {
  const handle = new Result();
  const words = [false, ownHandle, null, file, file.length, handle.word];
  bootServices.service(`load ${name}`, BOOT.loadImage, ...words);
  const text = options === undefined ? undefined : utf16(options);
  if (text !== undefined) {
    const loaded = protocolOf(handle.value, LOADED_IMAGE);
    viewAt(loaded.at + BigInt(OFFSETS.loadOptionsSize), 4).setUint32(0, text.byteLength, true);
    viewAt(loaded.at + BigInt(OFFSETS.loadOptions), 8).setBigUint64(0, address(text), true);
  }
  return {
    start() {
      bootServices.service(`start ${name}`, BOOT.startImage, handle.value, null, null);
      text?.at(0); // keeps the text alive until here
    },
    unload() {
      bootServices.service(`unload ${name}`, BOOT.unloadImage, handle.value);
    },
  };
}
