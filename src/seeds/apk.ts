/**
 * Alpine's packages, version 2 of the format (apk-v2(5)): three gzip streams in a row, each a piece of a tar
 * archive: signature, control (`.PKGINFO`), data. The repository's index states the sha1 of the control
 * stream, and `.PKGINFO` the sha256 of the data. Signatures are not checked; the server of the index is
 * trusted.
 *
 * The control stream is found without inflating: from one gzip header to another, with the stated sha1.
 */
import { concatBytes, equalBytes } from "../base/bytes.ts";
import { Bq2Error } from "../base/error.ts";
import { sha1 } from "../base/sha1.ts";
import { decodeUtf8 } from "../base/text.ts";
import { BLOCK_SIZE } from "../formats/tar/header.ts";
import { readTar } from "../formats/tar/reader.ts";
import type { Platform } from "../platform/platform.ts";

/** RFC 1952, 2.3: magic, and the only method, deflate. */
const GZIP = [0x1f, 0x8b, 0x08];
/**
 * Signature and control stream are a few kilobytes; even with long scripts and lists they end before this.
 */
const SEARCHED = 1 << 20;

/**
 * The data stream, a gzipped tar archive.
 *
 * @param apk `checksum` is the sha1 of the control stream.
 * @throws Bq2Error `digest-mismatch`.
 */
export async function apkData(
  { bulk }: Pick<Platform, "bulk">,
  apk: { readonly name: string; readonly bytes: Uint8Array; readonly checksum: Uint8Array },
): Promise<Uint8Array> {
  const { name, bytes, checksum } = apk;
  const found = findStream(bytes, checksum);
  if (found === undefined) throw mismatch(name, "no part of it has the checksum that the index states");
  const control = bytes.slice(found.start, found.end);
  const info = decodeUtf8(await fileOfTar(bulk, { name, bytes: control }, ".PKGINFO"));
  const stated = /^datahash = ([0-9a-f]{64})$/m.exec(info)?.[1];
  const data = bytes.subarray(found.end);
  const hasher = bulk.sha256();
  hasher.update(data);
  const sha256 = hasher.digest();
  if (sha256 === stated) return data;
  throw mismatch(name, `its data has sha256 ${sha256}, but its .PKGINFO states ${stated ?? "none"}`);
}

function findStream(bytes: Uint8Array, checksum: Uint8Array): { start: number; end: number } | undefined {
  const starts: number[] = [];
  for (let at = bytes.indexOf(0x1f); at >= 0 && at < SEARCHED; at = bytes.indexOf(0x1f, at + 1)) {
    if (GZIP.every((byte, i) => bytes[at + i] === byte)) starts.push(at);
  }
  for (const [i, start] of starts.entries()) {
    for (const end of starts.slice(i + 1)) {
      if (equalBytes(sha1(bytes.subarray(start, end)), checksum)) return { start, end };
    }
  }
  return undefined;
}

/** One file of a small gzipped tar archive. @throws Bq2Error `damaged-archive` if it is missing. */
export async function fileOfTar(
  bulk: Platform["bulk"],
  archive: { readonly name: string; readonly bytes: Uint8Array },
  wanted: string,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let isWanted = false;
  const piece = bulk.decompress({ name: archive.name, chunks: [archive.bytes] }, "gzip");
  await readTar(ended(piece), {
    member: ({ path }) => {
      isWanted = path === wanted;
    },
    data: (bytes) => {
      if (isWanted) parts.push(bytes.slice());
    },
    memberEnd: () => {},
  });
  if (parts.length > 0) return concatBytes(parts);
  throw new Bq2Error(`Cannot use ${archive.name}: it does not contain ${wanted}`, {
    code: "damaged-archive",
    hint: "check the mirror (BQ2_ALPINE_MIRROR)",
  });
}

/**
 * Adds the zero blocks that end an archive and that a piece lacks; POSIX.1-2017, pax, "ustar Interchange
 * Format".
 */
async function* ended(piece: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  yield* piece;
  yield new Uint8Array(2 * BLOCK_SIZE);
}

function mismatch(name: string, found: string): Bq2Error {
  return new Bq2Error(`Cannot use ${name}: ${found}`, {
    code: "digest-mismatch",
    hint: "the mirror may be in the middle of an update: try again later, or set BQ2_ALPINE_MIRROR to another one",
  });
}
