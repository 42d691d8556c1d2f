/** Finds, installs and removes protocols by their GUID (UEFI 2.10, 7.3). */

import { guidText } from "./guid.ts";
import { BOOT, bootServices } from "./tables.ts";
import { bytesAt, Interface, type Pointer, Result, type Word } from "./words.ts";

/** The first instance of a protocol (7.3.16, LocateProtocol). Throws EfiError `EFI_NOT_FOUND`. */
export function locateProtocol(protocol: Uint8Array): Interface {
  const found = new Result();
  bootServices.service(
    `find the protocol ${guidText(protocol)}`,
    BOOT.locateProtocol,
    protocol,
    null,
    found.word,
  );
  return new Interface(found.value);
}

/** A handle's protocol (7.3.7, HandleProtocol). Throws EfiError `EFI_UNSUPPORTED` if it has none. */
export function protocolOf(handle: Pointer, protocol: Uint8Array): Interface {
  const found = new Result();
  bootServices.service(
    `take the protocol ${guidText(protocol)}`,
    BOOT.handleProtocol,
    handle,
    protocol,
    found.word,
  );
  return new Interface(found.value);
}

const BY_PROTOCOL = 2; // 7.3.15: EFI_LOCATE_SEARCH_TYPE

/** All handles that have a protocol, possibly none (7.3.15, LocateHandleBuffer). */
export function handlesOf(protocol: Uint8Array): Pointer[] {
  const count = new Result();
  const list = new Result();
  try {
    bootServices.service(
      `find handles with ${guidText(protocol)}`,
      BOOT.locateHandleBuffer,
      BY_PROTOCOL,
      protocol,
      null,
      count.word,
      list.word,
    );
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EFI_NOT_FOUND") return [];
    throw error;
  }
  const bytes = bytesAt(list.value, Number(count.value) * 8).slice(); // a copy: FreePool frees the list
  bootServices.service("release a list of handles", BOOT.freePool, list.value);
  return [...new BigUint64Array(bytes.buffer)];
}

const NATIVE_INTERFACE = 0; // 7.3.2: EFI_INTERFACE_TYPE

/** Structures that the firmware refers to; kept here so that they are not freed. */
const held = new Set<Structure>();

/** Memory that the firmware refers to. */
export type Structure = Exclude<Word, number | bigint | boolean | null>;

/**
 * Installs a protocol (7.3.2, InstallProtocolInterface) on `handle`, or on a new handle, and returns the
 * handle. `content` is the protocol's structure; it is kept until {@link removeProtocol}.
 */
export function installProtocol(
  handle: Pointer | undefined,
  protocol: Uint8Array,
  content: Structure,
): Pointer {
  const own = new Result(handle);
  held.add(content);
  bootServices.service(
    `install the protocol ${guidText(protocol)}`,
    BOOT.installProtocolInterface,
    own.word,
    protocol,
    NATIVE_INTERFACE,
    content,
  );
  return own.value;
}

/** Removes a protocol (7.3.3, UninstallProtocolInterface); with its last one the handle disappears. */
export function removeProtocol(handle: Pointer, protocol: Uint8Array, content: Structure): void {
  const task = `remove the protocol ${guidText(protocol)}`;
  bootServices.service(task, BOOT.uninstallProtocolInterface, handle, protocol, content);
  held.delete(content);
}
