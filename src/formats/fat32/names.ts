/**
 * File names in FAT folders: the short 8.3 name that every entry has, and the VFAT entries before it
 * that carry a long one (Microsoft fatgen103, "Name Conversions" and "FAT Long Directory Entries").
 */
import { concatBytes } from "../../base/bytes.ts";
import { Bq2Error } from "../../base/error.ts";
import { bytes, struct, u8, u16 } from "../../base/struct.ts";

/** A name as a folder stores it. */
export interface FatName {
  readonly long: string;
  /** Eleven ASCII characters, padded with spaces, without the dot: `BOOTX64 EFI`. */
  readonly short: string;
  /** Entries of 32 bytes in on-disk order; empty if the short name suffices. */
  readonly longEntries: Uint8Array;
}

const LONG_NAME_LIMIT = 255; // UTF-16 units (fatgen103, "FAT Long Directory Entries")
const UNITS_PER_ENTRY = 13;
const LAST_LONG_ENTRY = 0x40; // fatgen103, LAST_LONG_ENTRY
const ATTR_LONG_NAME = 0x0f; // fatgen103: read-only, hidden, system, volume id

const SHORT_CHARACTERS = "A-Z0-9!#$%&'()\\-@^_`{}~"; // fatgen103, "FAT Directory Structure"
const SHORT_PATTERN = new RegExp(`^[${SHORT_CHARACTERS}]{1,8}(\\.[${SHORT_CHARACTERS}]{1,3})?$`);
/** Spaces may be within a label, but not at its start. */
const LABEL_PATTERN = new RegExp(`^(?! )[${SHORT_CHARACTERS} ]{0,11}$`);
const FORBIDDEN_IN_SHORT = new RegExp(`[^${SHORT_CHARACTERS}]`, "g");
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const FORBIDDEN_IN_LONG = /[\x00-\x1f"*/:<>?\\|\x7f]/;

/** fatgen103, "FAT Long Directory Entries": thirteen UTF-16 units of a name. */
const LongEntry = struct("VFAT long name entry", 32, {
  ordinal: u8,
  name1: bytes(10),
  attributes: u8,
  type: u8,
  shortNameChecksum: u8,
  name2: bytes(12),
  firstClusterLow: u16,
  name3: bytes(4),
});

/**
 * The names of one folder, in the order given, each with a short name unique in that folder.
 *
 * Throws {@link Bq2Error} `bad-fat-name` for a name that FAT cannot store, and for two that differ only in
 * case, which FAT treats as one name.
 */
export function fatNames(names: readonly string[]): readonly FatName[] {
  const seen = new Set<string>();
  for (const name of names) {
    checkLongName(name);
    const folded = name.toUpperCase();
    if (seen.has(folded)) refuse(name, "another name in its folder differs only in case");
    seen.add(folded);
  }
  // Names that are already short come first, so that no generated short name takes one of them.
  const taken = new Set(names.filter((name) => SHORT_PATTERN.test(name)).map(padShort));
  return names.map((long) => {
    if (SHORT_PATTERN.test(long)) return { long, short: padShort(long), longEntries: new Uint8Array(0) };
    const short = makeShort(long, taken);
    taken.add(short);
    return { long, short, longEntries: encodeLongEntries(long, short) };
  });
}

/** `BOOTX64.EFI` as the eleven characters `BOOTX64 EFI`. */
function padShort(name: string): string {
  const [base = "", extension = ""] = name.split(".");
  return base.padEnd(8) + extension.padEnd(3);
}

/** fatgen103, "The Basis-Name Generation Algorithm" and "The Numeric-Tail Generation Algorithm". */
function makeShort(long: string, taken: ReadonlySet<string>): string {
  const upper = long.toUpperCase().replace(/ /g, "").replace(/^\.+/, "");
  const dot = upper.lastIndexOf(".");
  const clean = (text: string) => text.replaceAll(".", "").replace(FORBIDDEN_IN_SHORT, "_");
  const base = clean(dot === -1 ? upper : upper.slice(0, dot));
  const extension = clean(dot === -1 ? "" : upper.slice(dot + 1)).slice(0, 3);

  const plain = padShort(extension === "" ? base : `${base}.${extension}`);
  const isLossless = SHORT_PATTERN.test(long.toUpperCase());
  if (isLossless && !taken.has(plain)) return plain;
  for (let number = 1; number < 1_000_000; number++) {
    const tail = `~${number}`;
    const candidate =
      base
        .slice(0, 8 - tail.length)
        .concat(tail)
        .padEnd(8) + extension.padEnd(3);
    if (!taken.has(candidate)) return candidate;
  }
  return refuse(long, "no short name is left in its folder");
}

function encodeLongEntries(long: string, short: string): Uint8Array {
  const count = Math.ceil(long.length / UNITS_PER_ENTRY);
  const entries = Array.from({ length: count }, (_, index) =>
    encodeLongEntry(long, index, index === count - 1, shortNameChecksum(short)),
  );
  return concatBytes(entries.reverse()); // the last part of the name comes first
}

function encodeLongEntry(long: string, index: number, isLast: boolean, checksum: number): Uint8Array {
  const units = new Uint8Array(2 * UNITS_PER_ENTRY).fill(0xff); // 0xFFFF pads after the terminator
  const view = new DataView(units.buffer);
  const part = long.slice(index * UNITS_PER_ENTRY, (index + 1) * UNITS_PER_ENTRY);
  for (let i = 0; i < part.length; i++) view.setUint16(2 * i, part.charCodeAt(i), true);
  if (part.length < UNITS_PER_ENTRY) view.setUint16(2 * part.length, 0, true);
  return LongEntry.encode({
    ordinal: (index + 1) | (isLast ? LAST_LONG_ENTRY : 0),
    name1: units.subarray(0, 10),
    attributes: ATTR_LONG_NAME,
    shortNameChecksum: checksum,
    name2: units.subarray(10, 22),
    name3: units.subarray(22, 26),
  });
}

/** fatgen103, `ChkSum`: rotate right by one bit, add the next character. */
function shortNameChecksum(short: string): number {
  let sum = 0;
  for (let i = 0; i < short.length; i++) {
    sum = (((sum & 1) << 7) + (sum >> 1) + short.charCodeAt(i)) & 0xff;
  }
  return sum;
}

/** Throws {@link Bq2Error} `bad-fat-label` for a volume label that FAT cannot store. Empty: no label. */
export function checkFatLabel(label: string): void {
  if (LABEL_PATTERN.test(label)) return;
  throw new Bq2Error(
    `Cannot label a FAT file system "${label}": up to 11 characters of A-Z, 0-9, space and !#$%&'()-@^_\`{}~ wanted`,
    { code: "bad-fat-label" },
  );
}

function checkLongName(name: string): void {
  if (name === "" || name === "." || name === "..") refuse(name, "it has another meaning");
  if (name.length > LONG_NAME_LIMIT) refuse(name, `it is longer than ${LONG_NAME_LIMIT} characters`);
  if (FORBIDDEN_IN_LONG.test(name)) refuse(name, 'it contains a control character or one of "*/:<>?\\|');
  if (/[. ]$/.test(name)) refuse(name, "it ends in a dot or a space, which FAT drops");
  if (/\p{Surrogate}/u.test(name)) refuse(name, "it is not valid Unicode");
}

function refuse(name: string, reason: string): never {
  throw new Bq2Error(`Cannot store the name "${name}" on FAT: ${reason}`, { code: "bad-fat-name" });
}
