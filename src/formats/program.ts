/**
 * Program files: the bytecode of many modules, appended to the runtime (`native/`) to make one executable, or
 * stored alone. `native/program.c` reads them and describes the same layout.
 *
 * Subset: writes programs, and finds where one begins in an executable; does not read modules back.
 */
import { concatBytes } from "../base/bytes.ts";
import { Bq2Error } from "../base/error.ts";
import { struct, u32, u64 } from "../base/struct.ts";
import { compareNames, decodeUtf8, encodeUtf8 } from "../base/text.ts";
import type { Bulk } from "../platform/platform.ts";

export interface ProgramModule {
  /** As in imports: `src/base/error.ts`. */
  readonly name: string;
  /** QuickJS bytecode of an ES module. */
  readonly code: Uint8Array;
}

const HEAD = encodeUtf8("bq2prog2");
const MARK = "bq2-end1";
const LEVEL = 9; // of deflate: slow to pack, but every level unpacks equally fast

const ModuleRecord = struct("module record", 16, {
  nameLength: u32,
  storedLength: u32,
  codeLength: u32,
  crc32: u32, // of the stored bytes
});
const Trailer = struct("program trailer", 16, { programLength: u64, directoryLength: u32, crc32: u32 });
const TRAILER_SIZE = Trailer.size + MARK.length;

/** The program with its trailer. The modules' order does not matter: they are sorted by name. */
export async function encodeProgram(
  modules: readonly ProgramModule[],
  bulk: Pick<Bulk, "crc32" | "deflateRaw">,
): Promise<Uint8Array> {
  const sorted = [...modules].sort((a, b) => compareNames(a.name, b.name));
  const directory: Uint8Array[] = [];
  const allStored: Uint8Array[] = [];
  for (const { name, code } of sorted) {
    const nameBytes = encodeUtf8(name);
    const stored = await bulk.deflateRaw(code, { level: LEVEL, last: true });
    const record = ModuleRecord.encode({
      nameLength: nameBytes.length,
      storedLength: stored.length,
      codeLength: code.length,
      crc32: bulk.crc32(stored, 0),
    });
    directory.push(record, nameBytes);
    allStored.push(stored);
  }
  const start = concatBytes([HEAD, ...directory]);
  const program = concatBytes([start, ...allStored]);
  const trailer = Trailer.encode({
    programLength: program.length,
    directoryLength: start.length - HEAD.length,
    crc32: bulk.crc32(start, 0),
  });
  return concatBytes([program, trailer, encodeUtf8(MARK)]);
}

/**
 * The part of `file` before the program: the runtime. All of `file` if it has no program.
 *
 * @throws Bq2Error `bad-program` if the program is stated to be longer than the file.
 */
export function withoutProgram(file: Uint8Array): Uint8Array {
  const at = file.length - TRAILER_SIZE;
  if (at < 0 || decodeUtf8(file.subarray(at + Trailer.size)) !== MARK) return file;
  const { programLength } = Trailer.decode(file, at);
  if (programLength <= at) return file.subarray(0, at - programLength);
  throw new Bq2Error(`Cannot find the runtime: a program of ${programLength} bytes ends at byte ${at}`, {
    code: "bad-program",
    hint: "the file is damaged; take another copy",
  });
}
