/**
 * Writes a tree as a tar archive whose bytes depend on the tree alone: POSIX ustar, with a pax header only if
 * a value does not fit (long names, files of 8 GiB, large ids, negative times, extended attributes). Names
 * are written as they are, in any encoding; owners as numbers, without names; holes as zeros, so that a
 * file's layout on disk does not matter. Sockets are refused.
 */
import { Bq2Error } from "../../base/error.ts";
import { nameToBytes } from "../../base/text.ts";
import type { Content, Entry } from "../tree.ts";
import {
  BLOCK_SIZE,
  encodeHeader,
  FieldSize,
  octalLimit,
  paddingAfter,
  type TarHeader,
  TypeFlag,
} from "./header.ts";
import { formatPaxRecords, type PaxRecord, xattrKey } from "./pax.ts";

/** Takes the next bytes of the archive, and may keep the chunk. The writer waits for it. */
export type ChunkSink = (chunk: Uint8Array) => void | Promise<void>;

/** Small members are collected into chunks of this size. */
const CHUNK_SIZE = 1024 * 1024;
/** GNU's and POSIX's default record size: archives end at a multiple of it, as on tape. */
const RECORD_SIZE = 10_240;
/** Below this, looking for holes costs more than reading the zeros. */
const SMALL_FILE = 256 * 1024;

/**
 * Throws `unsupported-entry` for a socket, and what the contents or the sink throw. Entries need not form a
 * tree: names are written unchanged, even `.` and `./x`.
 */
export async function writeTar(entries: Iterable<Entry>, sink: ChunkSink): Promise<void> {
  const out = new ChunkedOutput(sink);
  for (const entry of entries) {
    for (const block of headerBlocks(entry)) if (out.append(block)) await out.flush();
    if (entry.kind === "file") await appendContent(out, entry.content);
  }
  const end = out.total + 2 * BLOCK_SIZE;
  await appendZeros(out, Math.ceil(end / RECORD_SIZE) * RECORD_SIZE - out.total);
  await out.flush();
}

/** Collects output in one chunk. A new chunk is all zeros. */
class ChunkedOutput {
  readonly #sink: ChunkSink;
  chunk = new Uint8Array(CHUNK_SIZE);
  filled = 0;
  total = 0;

  constructor(sink: ChunkSink) {
    this.#sink = sink;
  }

  get free(): number {
    return this.chunk.length - this.filled;
  }

  advance(length: number): void {
    this.filled += length;
    this.total += length;
  }

  /** Copies in `bytes`, of any size; true if the chunk must be flushed. */
  append(bytes: Uint8Array): boolean {
    if (bytes.length > this.free) {
      const larger = new Uint8Array(this.filled + bytes.length);
      larger.set(this.chunk.subarray(0, this.filled));
      this.chunk = larger;
    }
    this.chunk.set(bytes, this.filled);
    this.advance(bytes.length);
    return this.free < BLOCK_SIZE;
  }

  async flush(): Promise<void> {
    const full = this.chunk.subarray(0, this.filled);
    this.chunk = new Uint8Array(CHUNK_SIZE);
    this.filled = 0;
    await this.#sink(full);
  }
}

async function appendZeros(out: ChunkedOutput, length: number): Promise<void> {
  for (let left = length; left > 0; ) {
    if (out.free === 0) await out.flush();
    const part = Math.min(left, out.free);
    out.advance(part);
    left -= part;
  }
}

async function appendContent(out: ChunkedOutput, content: Content): Promise<void> {
  const whole = [{ offset: 0, length: content.size }];
  let at = 0;
  for (const range of content.size <= SMALL_FILE ? whole : content.ranges()) {
    await appendZeros(out, range.offset - at);
    at = range.offset;
    for (const end = range.offset + range.length; at < end; ) {
      if (out.free === 0) await out.flush();
      const part = Math.min(end - at, out.free);
      content.read(out.chunk, out.filled, part, at);
      out.advance(part);
      at += part;
    }
  }
  await appendZeros(out, content.size - at + paddingAfter(content.size));
}

const TYPE_OF_KIND = {
  file: TypeFlag.file,
  hardlink: TypeFlag.hardlink,
  symlink: TypeFlag.symlink,
  char: TypeFlag.char,
  block: TypeFlag.block,
  folder: TypeFlag.folder,
  fifo: TypeFlag.fifo,
} as const;

/** The entry's header block, preceded by a pax header if one is needed. */
export function headerBlocks(entry: Entry): Uint8Array[] {
  if (entry.kind === "socket") {
    throw new Bq2Error(`Cannot write ${entry.path} to a tar archive: it is a socket, which tar cannot hold`, {
      code: "unsupported-entry",
      hint: "remove it: a socket is of no use without the process that made it",
    });
  }
  const records: PaxRecord[] = [];
  const header = ustarFields(entry, TYPE_OF_KIND[entry.kind], records);
  for (const [attribute, value] of entry.attributes) records.push({ key: xattrKey(attribute), value });
  const blocks = records.length === 0 ? [] : [paxHeader(formatPaxRecords(records))];
  const block = new Uint8Array(BLOCK_SIZE);
  encodeHeader(block, 0, header);
  return [...blocks, block];
}

/** The fields of the ustar header; values that do not fit go into `records` instead. */
function ustarFields(entry: Entry, type: string, records: PaxRecord[]): Omit<Partial<TarHeader>, "checksum"> {
  const fitting = (key: string, value: number, fieldSize: number): number => {
    if (value >= 0 && value <= octalLimit(fieldSize)) return value;
    records.push({ key, value: nameToBytes(String(value)) });
    return 0;
  };
  const path = entry.kind === "folder" ? `${entry.path === "" ? "." : entry.path}/` : entry.path;
  const target = entry.kind === "symlink" || entry.kind === "hardlink" ? entry.target : "";
  const targetFits = fits(target, FieldSize.linkName);
  const split = splitPath(path);
  if (split === undefined) records.push({ key: "path", value: nameToBytes(path) });
  if (!targetFits) records.push({ key: "linkpath", value: nameToBytes(target) });
  return {
    // Too long for both fields: readers take the record; ancient ones at least get a file with some name.
    ...(split ?? { name: "long-name" }),
    linkName: targetFits ? target : "long-name",
    type,
    mode: entry.mode,
    uid: fitting("uid", entry.uid, FieldSize.id),
    gid: fitting("gid", entry.gid, FieldSize.id),
    size: fitting("size", entry.kind === "file" ? entry.content.size : 0, FieldSize.size),
    mtime: fitting("mtime", entry.mtime, FieldSize.mtime),
    major: entry.kind === "char" || entry.kind === "block" ? entry.major : 0,
    minor: entry.kind === "char" || entry.kind === "block" ? entry.minor : 0,
  };
}

/** Divides a path at a slash into ustar's two name fields; `undefined` if no slash makes both fit. */
function splitPath(path: string): { name: string; prefix: string } | undefined {
  if (fits(path, FieldSize.name)) return { name: path, prefix: "" };
  for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1)) {
    const prefix = path.slice(0, slash);
    const name = path.slice(slash + 1);
    if (!fits(prefix, FieldSize.prefix)) return undefined;
    if (name !== "" && fits(name, FieldSize.name)) return { name, prefix };
  }
  return undefined;
}

/** Whether a name takes at most `size` bytes. */
function fits(name: string, size: number): boolean {
  return name.length <= size && (IS_ASCII.test(name) || nameToBytes(name).length <= size);
}

const IS_ASCII = /^[\0-\x7f]*$/;

/** A member of type `x` with `records` as its body, padded to whole blocks. */
function paxHeader(records: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(BLOCK_SIZE + records.length + paddingAfter(records.length));
  encodeHeader(bytes, 0, { name: "pax-header", type: TypeFlag.pax, mode: 0o644, size: records.length });
  bytes.set(records, BLOCK_SIZE);
  return bytes;
}
