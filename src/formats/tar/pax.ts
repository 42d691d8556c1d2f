/**
 * Extended header records of pax archives: `"<length> <key>=<value>\n"`, where the length counts the
 * whole record (IEEE 1003.1-2017, pax, "pax Extended Header"). Values are bytes.
 */
import { concatBytes } from "../../base/bytes.ts";
import { bytesToName, nameToBytes } from "../../base/text.ts";

export interface PaxRecord {
  readonly key: string;
  readonly value: Uint8Array;
}

const SPACE = 0x20;
const EQUALS = 0x3d;
const NEWLINE = 0x0a;
const DIGIT_0 = 0x30;

/** The records in order (GNU's sparse format 0.0 repeats keys). Throws `RangeError` for a malformed one. */
export function parsePaxRecords(bytes: Uint8Array): PaxRecord[] {
  const records: PaxRecord[] = [];
  let at = 0;
  while (at < bytes.length && bytes[at] !== 0) {
    let length = 0;
    let i = at;
    for (; bytes[i] !== SPACE; i++) {
      const digit = (bytes[i] ?? 0) - DIGIT_0;
      if (digit < 0 || digit > 9 || length > bytes.length)
        throw new RangeError("a pax record without a length");
      length = length * 10 + digit;
    }
    const end = at + length;
    const equals = bytes.indexOf(EQUALS, i);
    if (end > bytes.length || equals < 0 || equals >= end || bytes[end - 1] !== NEWLINE) {
      throw new RangeError("a pax record that does not end where it says");
    }
    records.push({
      key: bytesToName(bytes.subarray(i + 1, equals)),
      value: bytes.slice(equals + 1, end - 1),
    });
    at = end;
  }
  return records;
}

/** The records one after another, in the order given. */
export function formatPaxRecords(records: readonly PaxRecord[]): Uint8Array {
  return concatBytes(records.map(formatRecord));
}

function formatRecord({ key, value }: PaxRecord): Uint8Array {
  const rest = concatBytes([nameToBytes(` ${key}=`), value, Uint8Array.of(NEWLINE)]);
  // The length counts its own digits, so one more digit may be needed than for the rest alone.
  let total = rest.length + String(rest.length).length;
  total = rest.length + String(total).length;
  return concatBytes([nameToBytes(String(total)), rest]);
}

const XATTR_PREFIX = "SCHILY.xattr."; // star's key, which GNU tar, bsdtar and Python use

/**
 * `=` ends a key, so it is written as `%3D`, and `%` as `%25` (GNU tar, xheader.c: `xattr_encode_keyword`).
 */
export function xattrKey(attribute: string): string {
  return XATTR_PREFIX + attribute.replaceAll("%", "%25").replaceAll("=", "%3D");
}

/** The attribute's name, or `undefined` if the key is not an attribute's. */
export function xattrOfKey(key: string): string | undefined {
  if (!key.startsWith(XATTR_PREFIX)) return undefined;
  return key.slice(XATTR_PREFIX.length).replaceAll("%3D", "=").replaceAll("%25", "%");
}
