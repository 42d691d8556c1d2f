/**
 * GUIDs: 16 bytes on disk, `C12A7328-F81F-11D2-BA4B-00A0C93EC93B` for people. On disk the first three
 * groups are little-endian, the last two big-endian (UEFI 2.10, Appendix A).
 */
import { fromHex, toHex } from "../../base/bytes.ts";

/** Upper-case hexadecimal in groups of 8-4-4-4-12. */
export type Guid = string;

const GUID_PATTERN = /^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$/;

/** Position on disk of each byte of the text form; its own inverse. */
const DISK_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] as const;

/** The 16 bytes on disk. Throws `RangeError` if the text is not a GUID. */
export function guidToBytes(guid: Guid): Uint8Array {
  if (!GUID_PATTERN.test(guid)) throw new RangeError(`Cannot read GUID: found "${guid}"`);
  return reorder(fromHex(guid.replaceAll("-", "")));
}

/** The inverse of {@link guidToBytes}. */
export function bytesToGuid(bytes: Uint8Array): Guid {
  if (bytes.length !== 16) throw new RangeError(`Cannot read GUID: ${bytes.length} bytes, 16 wanted`);
  const hex = toHex(reorder(bytes)).toUpperCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/**
 * A GUID made of the first 16 bytes of a digest: version 8, "custom" (RFC 9562, 5.8), so that it cannot be
 * mistaken for a random or time-based one.
 */
export function guidFromDigest(digest: Uint8Array): Guid {
  const text = digest.slice(0, 16);
  text[6] = ((text[6] ?? 0) & 0x0f) | 0x80; // version, high half of byte 6 (RFC 9562, 4.2)
  text[8] = ((text[8] ?? 0) & 0x3f) | 0x80; // variant 10, top of byte 8 (RFC 9562, 4.1)
  return bytesToGuid(reorder(text));
}

function reorder(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(DISK_ORDER, (from) => bytes[from] ?? 0);
}
