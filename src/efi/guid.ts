/** GUIDs as text and bytes, and the GUIDs of UEFI 2.10 that these bindings use. */

/**
 * The 16 bytes of a GUID (UEFI 2.10, appendix A); the first three groups are little-endian. Throws
 * RangeError.
 *
 * @example
 * guid("5b1b31a1-9562-11d2-8e3f-00a0c969723b");
 */
export function guid(text: string): Uint8Array {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) throw new RangeError(`${text} is no GUID`);
  const digits = text.replaceAll("-", "");
  const byteAt = (index: number): number => Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16);
  return Uint8Array.from(TEXT_ORDER, byteAt);
}

/** The text of 16 bytes, in lower case. */
export function guidText(bytes: Uint8Array): string {
  const digits = TEXT_ORDER.map((at) => (bytes[at] ?? 0).toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** For each byte of a GUID the index of the same byte in its text, and the other way round. */
const TEXT_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

/** 9.1: EFI_LOADED_IMAGE_PROTOCOL_GUID */
export const LOADED_IMAGE: Uint8Array = guid("5b1b31a1-9562-11d2-8e3f-00a0c969723b");
/** 10.2: EFI_DEVICE_PATH_PROTOCOL_GUID */
export const DEVICE_PATH: Uint8Array = guid("09576e91-6d3f-11d2-8e39-00a0c969723b");
/** 12.9: EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID */
export const GRAPHICS_OUTPUT: Uint8Array = guid("9042a9de-23dc-4a38-96fb-7aded080516a");
/** 13.2: EFI_LOAD_FILE2_PROTOCOL_GUID */
export const LOAD_FILE2: Uint8Array = guid("4006c0c1-fcb3-403e-996d-4a6c8724e06d");
/** 13.4: EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID */
export const SIMPLE_FILE_SYSTEM: Uint8Array = guid("964e5b22-6459-11d2-8e39-00a0c969723b");
/** 13.5: EFI_FILE_INFO_ID */
export const FILE_INFO: Uint8Array = guid("09576e92-6d3f-11d2-8e39-00a0c969723b");
/** 13.9: EFI_BLOCK_IO_PROTOCOL_GUID */
export const BLOCK_IO: Uint8Array = guid("964e5b21-6459-11d2-8e39-00a0c969723b");
/** 3.3: EFI_GLOBAL_VARIABLE */
export const GLOBAL_VARIABLE: Uint8Array = guid("8be4df61-93ca-11d2-aa0d-00e098032b8c");
