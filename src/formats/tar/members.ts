/**
 * Reads a tar archive member by member: ustar, pax (names, sizes, times, owners, extended attributes, sparse
 * files 0.0, 0.1 and 1.0, global headers) and GNU's older extensions (long names, base-256 numbers, sparse
 * files). Does not read multi-volume archives, nor ACLs and SELinux labels stored under their own keys.
 *
 * {@link tarMembers} is a coroutine: it yields what it needs next and is resumed with that, so that the same
 * code serves a stream (`reader.ts`) and a file with random access (`index.ts`).
 */
import { concatBytes, isZero } from "../../base/bytes.ts";
import { Bq2Error } from "../../base/error.ts";
import { bytesToName, compareNames } from "../../base/text.ts";
import { NO_ATTRIBUTES } from "../tree.ts";
import {
  BLOCK_SIZE,
  decodeHeader,
  paddingAfter,
  readSparseContinuation,
  readSparseHeader,
  type SparseBlock,
  type TarHeader,
  TypeFlag,
} from "./header.ts";
import { type PaxRecord, parsePaxRecords, xattrOfKey } from "./pax.ts";
import {
  checkedSparseMap,
  type DataRange,
  parseDecimal,
  sparseCountOfBody,
  sparseMapOfBody,
  sparseMapOfRecords,
  sparseMapOfText,
} from "./sparse.ts";

export type TarKind = "file" | "folder" | "symlink" | "hardlink" | "char" | "block" | "fifo";

/** A member as stated in the archive: nothing is checked yet, names may be hostile (`path.ts`). */
export interface TarMember {
  readonly path: string;
  readonly kind: TarKind;
  /** The text of a symlink; the path of the member that a hard link refers to; else "". */
  readonly target: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Whole seconds since 1970; a fraction is dropped. */
  readonly mtime: number;
  readonly device: { readonly major: number; readonly minor: number };
  readonly attributes: ReadonlyMap<string, Uint8Array>;
  /** Bytes of the file, holes included; 0 for other kinds. */
  readonly size: number;
  /** Where the stored bytes of a sparse file belong; `undefined`: they are the whole file. */
  readonly ranges: readonly DataRange[] | undefined;
  /** Offset of the stored bytes in the archive, and their number. */
  readonly dataOffset: number;
  readonly stored: number;
}

/**
 * `bytes`: resume with the next `length` bytes, or with fewer if the archive ends. `member`: take
 * the member's stored bytes and the padding to the next block, then resume with anything.
 */
export type TarNeed =
  | { readonly kind: "bytes"; readonly length: number }
  | { readonly kind: "member"; readonly member: TarMember };

type Reading<T> = Generator<TarNeed, T, Uint8Array>;

/** Bytes. Extension headers are held in memory; the limit is far above any real one. */
const EXTENSION_LIMIT = 16 * 1024 * 1024;

/** Ends at the first block of zeros. Throws a Bq2Error `damaged-archive` that names member and offset. */
export function* tarMembers(): Reading<void> {
  const place: ReadPosition = { offset: 0, member: "" };
  const globals = new Map<string, Uint8Array>();
  for (;;) {
    const extension = yield* readExtensions(place, globals);
    if (extension === undefined) return;
    const member = yield* readMember(place, extension, globals);
    yield { kind: "member", member };
    place.offset += member.stored + paddingAfter(member.stored);
  }
}

/** Offset of the next read, and the last member's name, for messages. */
interface ReadPosition {
  offset: number;
  member: string;
}

/** The headers before a member that describe it, and the member's own. */
interface Extension {
  readonly header: TarHeader;
  /** The header's own bytes; valid until the next read. */
  readonly block: Uint8Array;
  readonly records: readonly PaxRecord[];
  readonly longName: string | undefined;
  readonly longLink: string | undefined;
}

/** Reads up to and including the member's own header; `undefined` at the end of the archive. */
function* readExtensions(
  place: ReadPosition,
  globals: Map<string, Uint8Array>,
): Reading<Extension | undefined> {
  let records: readonly PaxRecord[] = [];
  let longName: string | undefined;
  let longLink: string | undefined;
  for (;;) {
    const block = yield* readExactly(place, BLOCK_SIZE);
    if (block[0] === 0 && isZero(block)) return undefined;
    const header = guard(place, () => decodeHeader(block));
    switch (header.type) {
      case TypeFlag.pax:
      case TypeFlag.paxSolaris: {
        const body = yield* readBody(place, header.size);
        records = guard(place, () => parsePaxRecords(body));
        break;
      }
      case TypeFlag.paxGlobal: {
        const body = yield* readBody(place, header.size);
        for (const { key, value } of guard(place, () => parsePaxRecords(body))) globals.set(key, value);
        break;
      }
      case TypeFlag.gnuLongName:
        longName = textOf(yield* readBody(place, header.size));
        break;
      case TypeFlag.gnuLongLink:
        longLink = textOf(yield* readBody(place, header.size));
        break;
      case TypeFlag.gnuVolumeLabel:
        break;
      case TypeFlag.gnuMultiVolume:
        throw damagedTar(place, "found a part of a multi-volume archive, which is not supported");
      default: // every other type flag is a member's own
        return { header, block, records, longName, longLink };
    }
  }
}

function* readMember(
  place: ReadPosition,
  extension: Extension,
  globals: ReadonlyMap<string, Uint8Array>,
): Reading<TarMember> {
  const { header } = extension;
  const fields = guard(place, () => effectiveFields(extension, globals));
  const path = fields.realName ?? fields.path;
  place.member = path;
  const kind = kindOf(header.type, path);
  let stored = kind === "file" || header.type === TypeFlag.gnuDumpFolder ? fields.stored : 0;
  let map: readonly DataRange[] | undefined;
  let size = fields.realSize ?? fields.stored;
  if (header.type === TypeFlag.gnuSparse) {
    const head = guard(place, () => readSparseHeader(extension.block));
    map = yield* readOldGnuMap(place, head);
    size = head.realSize;
  } else if (fields.sparse === "in-body") {
    const before = place.offset;
    map = yield* readMapInBody(place, stored);
    stored -= place.offset - before;
  } else {
    map = fields.sparse;
  }
  const ranges = map && guard(place, () => checkedSparseMap(map, size, stored));
  return {
    path,
    kind,
    target: kind === "symlink" || kind === "hardlink" ? fields.target : "",
    mode: header.mode & 0o7777,
    uid: fields.uid,
    gid: fields.gid,
    mtime: fields.mtime,
    device: { major: header.major, minor: header.minor },
    attributes: fields.attributes,
    size: kind === "file" ? size : 0,
    ranges,
    dataOffset: place.offset,
    stored,
  };
}

const KIND_OF_TYPE: { readonly [type: string]: TarKind } = {
  [TypeFlag.hardlink]: "hardlink",
  [TypeFlag.symlink]: "symlink",
  [TypeFlag.char]: "char",
  [TypeFlag.block]: "block",
  [TypeFlag.folder]: "folder",
  [TypeFlag.gnuDumpFolder]: "folder",
  [TypeFlag.fifo]: "fifo",
};

/** Unknown types are files (POSIX). A trailing slash marks a folder in archives older than POSIX. */
function kindOf(type: string, path: string): TarKind {
  return KIND_OF_TYPE[type] ?? (path.endsWith("/") ? "folder" : "file");
}

interface Fields {
  path: string;
  target: string;
  uid: number;
  gid: number;
  mtime: number;
  stored: number;
  attributes: ReadonlyMap<string, Uint8Array>;
  /** A sparse file's map, its size with holes, and its real name, which `path` does not give. */
  sparse: readonly DataRange[] | "in-body" | undefined;
  realSize: number | undefined;
  realName: string | undefined;
}

/**
 * The header's fields, overridden by extension headers: GNU's first, then global pax, then the member's own.
 */
function effectiveFields(extension: Extension, globals: ReadonlyMap<string, Uint8Array>): Fields {
  const { header, records } = extension;
  const fields: Fields = {
    path: extension.longName ?? (header.prefix === "" ? header.name : `${header.prefix}/${header.name}`),
    target: extension.longLink ?? header.linkName,
    uid: header.uid,
    gid: header.gid,
    mtime: header.mtime,
    stored: header.size,
    attributes: NO_ATTRIBUTES,
    sparse: undefined,
    realSize: undefined,
    realName: undefined,
  };
  if (header.size < 0) throw new RangeError(`a member of ${header.size} bytes`);
  if (globals.size === 0 && records.length === 0) return fields;
  const values = new Map(globals);
  for (const { key, value } of records) values.set(key, value);
  applyRecords(fields, values);
  fields.sparse ??= sparseMapOfRecords(records);
  return fields;
}

/** What each pax record sets. Other keys are ignored. */
const RECORDS = new Map<string, (value: Uint8Array) => Partial<Fields>>([
  ["path", (value) => ({ path: bytesToName(value) })],
  ["linkpath", (value) => ({ target: bytesToName(value) })],
  ["uid", (value) => ({ uid: parseDecimal(value) })],
  ["gid", (value) => ({ gid: parseDecimal(value) })],
  ["mtime", (value) => ({ mtime: parseSeconds(value) })],
  ["size", (value) => ({ stored: parseDecimal(value) })],
  ["GNU.sparse.name", (value) => ({ realName: bytesToName(value) })],
  ["GNU.sparse.size", (value) => ({ realSize: parseDecimal(value) })], // formats 0.0 and 0.1
  ["GNU.sparse.realsize", (value) => ({ realSize: parseDecimal(value) })], // format 1.0
  ["GNU.sparse.map", (value) => ({ sparse: sparseMapOfText(value) })], // format 0.1
  ["GNU.sparse.major", (value) => (bytesToName(value) === "1" ? { sparse: "in-body" } : {})],
]);

function applyRecords(fields: Fields, values: ReadonlyMap<string, Uint8Array>): void {
  const attributes: [string, Uint8Array][] = [];
  for (const [key, value] of values) {
    const attribute = xattrOfKey(key);
    if (attribute !== undefined) attributes.push([attribute, value]);
    else if (value.length > 0) Object.assign(fields, RECORDS.get(key)?.(value)); // empty: no record
  }
  attributes.sort(([a], [b]) => compareNames(a, b));
  if (attributes.length > 0) fields.attributes = new Map(attributes);
}

/** Whole seconds of a decimal number with an optional sign and fraction, rounded down. */
function parseSeconds(value: Uint8Array): number {
  const text = bytesToName(value);
  if (!/^-?[0-9]{1,15}(\.[0-9]*)?$/.test(text))
    throw new RangeError(`an invalid time: "${text.slice(0, 40)}"`);
  return Math.floor(Number(text));
}

function* readOldGnuMap(place: ReadPosition, head: SparseBlock): Reading<DataRange[]> {
  const ranges = [...head.entries];
  let part = head;
  while (part.isExtended) {
    const more = yield* readExactly(place, BLOCK_SIZE);
    part = guard(place, () => readSparseContinuation(more));
    ranges.push(...part.entries);
  }
  return ranges;
}

function* readMapInBody(place: ReadPosition, stored: number): Reading<DataRange[]> {
  const blocks: Uint8Array[] = [];
  let wantedLines = 1;
  for (let lines = 0; lines < wantedLines; ) {
    if ((blocks.length + 1) * BLOCK_SIZE > stored)
      throw damagedTar(place, "found a sparse map longer than its file");
    const block = (yield* readExactly(place, BLOCK_SIZE)).slice();
    if (blocks.length === 0) wantedLines = 1 + 2 * guard(place, () => sparseCountOfBody(block));
    for (const byte of block) if (byte === NEWLINE) lines++;
    blocks.push(block);
  }
  return guard(place, () => sparseMapOfBody(concatBytes(blocks)));
}

const NEWLINE = 0x0a;

/** Names in GNU's long-name members end with a NUL. */
function textOf(body: Uint8Array): string {
  const end = body.indexOf(0);
  return bytesToName(end < 0 ? body : body.subarray(0, end));
}

/** The body of an extension header, without its padding. */
function* readBody(place: ReadPosition, size: number): Reading<Uint8Array> {
  if (size < 0 || size > EXTENSION_LIMIT)
    throw damagedTar(place, `found an extension header of ${size} bytes`);
  const padded = yield* readExactly(place, size + paddingAfter(size));
  return padded.subarray(0, size);
}

function* readExactly(place: ReadPosition, length: number): Reading<Uint8Array> {
  if (length === 0) return new Uint8Array(0);
  const bytes = yield { kind: "bytes", length };
  if (bytes.length < length)
    throw damagedTar({ ...place, offset: place.offset + bytes.length }, "it ends too early");
  place.offset += length;
  return bytes;
}

/** Runs `read`; a `RangeError`, which bad values cause, becomes the archive's error. */
function guard<T>(place: ReadPosition, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw damagedTar(place, `found ${error.message}`);
    throw error;
  }
}

export function damagedTar(
  place: { readonly offset: number; readonly member: string },
  what: string,
): Bq2Error {
  const near = place.member === "" ? "before the first member" : `at or after member ${place.member}`;
  return new Bq2Error(`Cannot read the tar archive: ${what}, at byte ${place.offset}, ${near}`, {
    code: "damaged-archive",
    hint: "it is truncated or damaged, or not a tar archive; get it again",
  });
}
