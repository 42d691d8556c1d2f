/**
 * Lists the members of an `ar` archive, such as a Debian package (deb(5)): the common format with GNU's long
 * names (`//`) and BSD's (`#1/<length>`), as described by ar(5) of FreeBSD and binutils' `ar`. Read only;
 * contents are not copied. Thin archives are refused.
 */
import { Bq2Error } from "../base/error.ts";
import { ascii, struct } from "../base/struct.ts";
import { bytesToName } from "../base/text.ts";
import type { Content } from "./tree.ts";

const MAGIC = "!<arch>\n";
const HEADER_END = "`\n";

/** All numbers are decimal text, padded with spaces; the mode is octal. */
const ArHeader = struct("ar member header", 60, {
  name: ascii(16, " "),
  mtime: ascii(12, " "), // seconds since 1970
  uid: ascii(6, " "),
  gid: ascii(6, " "),
  mode: ascii(8, " "),
  size: ascii(10, " "), // bytes; members start at even offsets
  end: ascii(2, " "),
});

export interface ArMember {
  readonly name: string;
  /** Offset of its content in the archive. */
  readonly offset: number;
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** The members in archive order, symbol tables included. Throws a Bq2Error `damaged-archive`. */
export function listAr(archive: Content): ArMember[] {
  if (text(read(archive, 0, MAGIC.length)) !== MAGIC) throw damaged(0, "it does not start with `!<arch>`");
  const members: ArMember[] = [];
  let longNames = "";
  for (let at = MAGIC.length; at < archive.size; ) {
    const header = ArHeader.decode(read(archive, at, ArHeader.size));
    if (header.end !== HEADER_END) throw damaged(at, "a member's header has a wrong end mark");
    const dataOffset = at + ArHeader.size;
    const size = number(header.size, 10, at);
    if (dataOffset + size > archive.size) throw damaged(at, `member ${header.name} ends after the archive`);
    if (header.name === "//") longNames = text(read(archive, dataOffset, size));
    else members.push(memberOf(archive, header, at, size, longNames));
    at = dataOffset + size + (size % 2);
  }
  return members;
}

type Header = ReturnType<typeof ArHeader.decode>;

function memberOf(archive: Content, header: Header, at: number, size: number, longNames: string): ArMember {
  const facts = {
    mtime: number(header.mtime, 10, at),
    uid: number(header.uid, 10, at),
    gid: number(header.gid, 10, at),
    mode: number(header.mode, 8, at),
  };
  const offset = at + ArHeader.size;
  const bsdLength = /^#1\/([0-9]+)$/.exec(header.name)?.[1];
  if (bsdLength !== undefined) {
    // BSD: the name precedes the data and is counted in its size.
    const length = number(bsdLength, 10, at);
    if (length > size) throw damaged(at, "a name is longer than its member");
    const name = bytesToName(read(archive, offset, length)).replace(/\0+$/, "");
    return { ...facts, name, offset: offset + length, size: size - length };
  }
  const gnuStart = /^\/([0-9]+)$/.exec(header.name)?.[1];
  if (gnuStart !== undefined)
    return { ...facts, name: gnuLongName(longNames, number(gnuStart, 10, at), at), offset, size };
  // GNU ends short names with a slash; "/" itself is the symbol table.
  const name = header.name.length > 1 ? header.name.replace(/\/$/, "") : header.name;
  return { ...facts, name, offset, size };
}

/** GNU: the member `//` lists the long names, each followed by a slash and a newline. */
function gnuLongName(longNames: string, start: number, at: number): string {
  const end = longNames.indexOf("/\n", start);
  if (end < 0) throw damaged(at, "a long name is missing from the archive's list");
  return longNames.slice(start, end);
}

function read(archive: Content, offset: number, length: number): Uint8Array {
  if (offset + length > archive.size) throw damaged(offset, "it ends too early");
  const bytes = new Uint8Array(length);
  archive.read(bytes, 0, length, offset);
  return bytes;
}

const text = bytesToName;

function number(field: string, base: 8 | 10, at: number): number {
  if (field === "") return 0; // GNU leaves these empty in its own members
  const digits = base === 8 ? /^[0-7]+$/ : /^[0-9]+$/;
  if (!digits.test(field)) throw damaged(at, `a number is wanted, found "${field}"`);
  return Number.parseInt(field, base);
}

function damaged(offset: number, what: string): Bq2Error {
  return new Bq2Error(`Cannot read the ar archive: ${what}, at byte ${offset}`, {
    code: "damaged-archive",
    hint: "it is truncated, damaged or not an ar archive; get it again",
  });
}
