/**
 * The 512-byte header block of a tar archive: POSIX ustar (IEEE 1003.1-2017, pax, "ustar Interchange Format")
 * and the parts of GNU's older form that are still in use (GNU tar manual, "Basic Tar Format"). One block at
 * a time; `members.ts` reads what several blocks mean together.
 */
import { ascii, type Field, reserved, struct } from "../../base/struct.ts";
import { bytesToName, nameToBytes } from "../../base/text.ts";

export const BLOCK_SIZE = 512;

/** Type flags of header blocks: those with a meaning here. */
export const TypeFlag = {
  file: "0",
  hardlink: "1",
  symlink: "2",
  char: "3",
  block: "4",
  folder: "5",
  fifo: "6",
  contiguous: "7", // read as a file
  pax: "x",
  paxSolaris: "X",
  paxGlobal: "g",
  gnuLongName: "L",
  gnuLongLink: "K",
  gnuSparse: "S",
  gnuDumpFolder: "D", // a folder and, as its data, the names in it
  gnuVolumeLabel: "V",
  gnuMultiVolume: "M",
} as const;

/** A name in `size` bytes, ended by a NUL if it is shorter. */
function name(size: number): Field<string> {
  return {
    size,
    zero: "",
    read(view, offset) {
      let text = "";
      for (let i = 0; i < size; i++) {
        const byte = view.getUint8(offset + i);
        if (byte === 0) return text;
        if (byte >= 0x80) return oddName(view, offset, size);
        text += String.fromCharCode(byte);
      }
      return text;
    },
    write(view, offset, value) {
      const target = new Uint8Array(view.buffer, view.byteOffset + offset, size).fill(0);
      if (value === "") return;
      const bytes = nameToBytes(value);
      if (bytes.length > size)
        throw new RangeError(`Cannot store a name of ${bytes.length} bytes in ${size}`);
      target.set(bytes);
    },
  };
}

function oddName(view: DataView, offset: number, size: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, size);
  const end = bytes.indexOf(0);
  return bytesToName(end < 0 ? bytes : bytes.subarray(0, end));
}

/** The largest value that `size` bytes hold as octal digits and a NUL. */
export function octalLimit(size: number): number {
  return 8 ** (size - 1) - 1;
}

/**
 * A number as octal digits, with leading spaces or zeros, ended by a space or NUL. GNU's base-256 is
 * read too: the first byte's top bit set, the rest big-endian two's complement.
 */
function octal(size: number): Field<number> {
  return {
    size,
    zero: 0,
    read(view, offset) {
      if (view.getUint8(offset) >= 0x80) return base256(view, offset, size);
      let value = 0;
      let i = 0;
      while (i < size && view.getUint8(offset + i) === SPACE) i++;
      for (; i < size; i++) {
        const byte = view.getUint8(offset + i);
        if (byte === 0 || byte === SPACE) break;
        if (byte < DIGIT_0 || byte > DIGIT_7) throw new RangeError("a number that is not octal");
        value = value * 8 + (byte - DIGIT_0);
      }
      return value;
    },
    write(view, offset, value) {
      if (!Number.isInteger(value) || value < 0 || value > octalLimit(size)) {
        throw new RangeError(`Cannot store ${value} in ${size - 1} octal digits`);
      }
      const digits = value.toString(8).padStart(size - 1, "0");
      for (let i = 0; i < digits.length; i++) view.setUint8(offset + i, digits.charCodeAt(i));
    },
  };
}

const SPACE = 0x20;
const DIGIT_0 = 0x30;
const DIGIT_7 = 0x37;

function base256(view: DataView, offset: number, size: number): number {
  const first = view.getUint8(offset);
  let value = first === 0xff ? -1 : first & 0x7f;
  for (let i = 1; i < size; i++) value = value * 256 + view.getUint8(offset + i);
  if (!Number.isSafeInteger(value)) throw new RangeError("a number above 2^53");
  return value;
}

/** Fields in on-disk order, up to the ustar name prefix, which GNU's older form lacks. */
const commonFields = {
  name: name(100),
  mode: octal(8),
  uid: octal(8),
  gid: octal(8),
  size: octal(12),
  mtime: octal(12), // seconds since 1970
  checksum: octal(8), // sum of the block's bytes, this field taken as spaces
  type: ascii(1),
  linkName: name(100),
  magic: ascii(6),
  version: ascii(2),
  userName: reserved(32), // owners are numbers here
  groupName: reserved(32),
  major: octal(8),
  minor: octal(8),
};

const UstarHeader = struct("ustar header", BLOCK_SIZE, {
  ...commonFields,
  prefix: name(155), // precedes `name`, joined by a slash
  padding: reserved(12),
});

export type TarHeader = ReturnType<typeof UstarHeader.decode>;

const SparseEntry = struct("GNU sparse entry", 24, { offset: octal(12), length: octal(12) });

/** Offsets of a sparse file's map in a header of GNU's older form ("ustar  "), type `S`. */
const OLD_GNU_SPARSE = { entries: 386, entryCount: 4, isExtended: 482, realSize: 483 };
/** Offsets in the blocks of further entries, which follow while `isExtended` is set. */
const OLD_GNU_SPARSE_MORE = { entries: 0, entryCount: 21, isExtended: 504 };

export interface SparseBlock {
  readonly entries: readonly { readonly offset: number; readonly length: number }[];
  readonly isExtended: boolean;
}

/** The map entries in a header of type `S`, and the file's size with its holes. */
export function readSparseHeader(block: Uint8Array): SparseBlock & { readonly realSize: number } {
  const view = new DataView(block.buffer, block.byteOffset, BLOCK_SIZE);
  return {
    ...readSparseEntries(block, OLD_GNU_SPARSE),
    realSize: octal(12).read(view, OLD_GNU_SPARSE.realSize),
  };
}

/** The map entries in a block that continues the map. */
export function readSparseContinuation(block: Uint8Array): SparseBlock {
  return readSparseEntries(block, OLD_GNU_SPARSE_MORE);
}

function readSparseEntries(block: Uint8Array, at: typeof OLD_GNU_SPARSE_MORE): SparseBlock {
  const entries = [];
  for (let i = 0; i < at.entryCount; i++) {
    const start = at.entries + i * SparseEntry.size;
    if (block[start] === 0) break; // an unused entry is all NUL
    entries.push(SparseEntry.decode(block, start));
  }
  return { entries, isExtended: block[at.isExtended] !== 0 && block[at.isExtended] !== DIGIT_0 };
}

/**
 * Decodes a block and verifies its checksum; throws `RangeError` with what is wrong. `prefix` is empty unless
 * the block is POSIX ustar.
 */
export function decodeHeader(block: Uint8Array): TarHeader {
  const header = UstarHeader.decode(block);
  const sums = checksums(block);
  if (header.checksum !== sums.unsigned && header.checksum !== sums.signed) {
    throw new RangeError(
      `a header with checksum ${header.checksum}, but its bytes add up to ${sums.unsigned}`,
    );
  }
  const isPosix = header.magic === "ustar"; // GNU's older form has "ustar " and no prefix
  return isPosix ? header : { ...header, prefix: "" };
}

/** Writes a ustar header with its checksum; throws `RangeError` if a value does not fit its field. */
export function encodeHeader(
  block: Uint8Array,
  offset: number,
  values: Omit<Partial<TarHeader>, "checksum" | "magic" | "version">,
): void {
  UstarHeader.encodeInto(block, offset, { ...values, magic: "ustar", version: "00" });
  const target = block.subarray(offset, offset + BLOCK_SIZE);
  const sum = checksums(target).unsigned;
  // Six digits, NUL, space: the only field that ends so (POSIX leaves it open; every tar does this).
  const digits = `${sum.toString(8).padStart(6, "0")}\0 `;
  const at = UstarHeader.offsets.checksum;
  for (let i = 0; i < digits.length; i++) target[at + i] = digits.charCodeAt(i);
}

/** Early tars summed signed bytes; both sums are accepted, as in GNU tar. */
function checksums(block: Uint8Array): { readonly unsigned: number; readonly signed: number } {
  const start = UstarHeader.offsets.checksum;
  const end = start + commonFields.checksum.size;
  let unsigned = SPACE * commonFields.checksum.size;
  let high = 0;
  for (let i = 0; i < BLOCK_SIZE; i++) {
    if (i === start) i = end;
    const byte = block[i] as number;
    unsigned += byte;
    if (byte >= 0x80) high++;
  }
  return { unsigned, signed: unsigned - 256 * high };
}

/** Bytes from the end of a body of `size` bytes to the next block. */
export function paddingAfter(size: number): number {
  return (BLOCK_SIZE - (size % BLOCK_SIZE)) % BLOCK_SIZE;
}

/** Field lengths that a writer needs to decide what fits. */
export const FieldSize = {
  name: 100,
  prefix: 155,
  linkName: 100,
  id: 8,
  size: 12,
  mtime: 12,
  device: 8,
} as const;
