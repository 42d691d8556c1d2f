/**
 * Reads static PIE files: 64-bit little-endian ELF executables that can be loaded at any address (System V
 * ABI, "Object Files"; gABI 4.3).
 *
 * Subset: segments, entry point and relative relocations. No symbols, no dynamic linking.
 */
import { type Arch, archWith } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import { bytes, reserved, type StructValues, struct, u16, u32, u64 } from "../base/struct.ts";

/** gABI, "ELF Header". */
const ElfHeader = struct("ELF header", 64, {
  identification: bytes(16),
  type: u16,
  machine: u16,
  version: u32,
  entry: u64,
  programHeaderOffset: u64,
  sectionHeaderOffset: u64,
  flags: u32,
  headerSize: u16,
  programHeaderSize: u16,
  programHeaderCount: u16,
  sections: reserved(6),
});

/** gABI, "Program Header". */
const programHeaderFields = {
  type: u32,
  flags: u32,
  offset: u64,
  address: u64,
  physicalAddress: u64,
  fileSize: u64,
  memorySize: u64,
  alignment: u64,
};
const ProgramHeader = struct("ELF program header", 56, programHeaderFields);
type ProgramHeaderValues = StructValues<typeof programHeaderFields>;

/** gABI, "Dynamic Section" and "Relocation". */
const DynamicEntry = struct("ELF dynamic entry", 16, { tag: u64, value: u64 });
const Relocation = struct("ELF relocation", 24, { offset: u64, type: u32, symbol: u32, addend: u64 });

const ET_DYN = 3;
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const PF_X = 1;
const PF_W = 2;
const DT_PLTRELSZ = 2;
const DT_RELA = 7;
const DT_RELASZ = 8;

export interface ElfSegment {
  /** Offset from the load address. */
  readonly address: number;
  /** Bytes; those beyond the content are zeros. */
  readonly memorySize: number;
  /** A copy. */
  readonly content: Uint8Array;
  readonly isExecutable: boolean;
  readonly isWritable: boolean;
}

export interface PositionIndependentElf {
  readonly arch: Arch;
  readonly entry: number;
  /** Sorted by address, without the segment that only a dynamic linker uses. */
  readonly segments: readonly ElfSegment[];
  /** Addresses of the 64-bit words that receive the load address plus `addend`. */
  readonly relocations: readonly { readonly address: number; readonly addend: number }[];
}

/** Throws Bq2Error `bad-elf` for anything but a static PIE for a known machine. */
export function readStaticPie(file: Uint8Array): PositionIndependentElf {
  return within(() => read(file), "it contains an impossible number or offset");
}

function read(file: Uint8Array): PositionIndependentElf {
  const header = within(() => ElfHeader.decode(file), "it ends within its header");
  const [m0, m1, m2, m3, bits, order] = header.identification;
  if (m0 !== 0x7f || m1 !== 0x45 || m2 !== 0x4c || m3 !== 0x46)
    refuse("it does not begin with the ELF magic number");
  if (bits !== 2 || order !== 1) refuse("it is not 64-bit little-endian");
  const machine = archWith("elfMachine", header.machine);
  if (machine === undefined) refuse(`its machine is ${header.machine}`);
  if (header.type !== ET_DYN) refuse("it is not position-independent");
  const headers = Array.from({ length: header.programHeaderCount }, (_, i) =>
    within(
      () => ProgramHeader.decode(file, header.programHeaderOffset + i * header.programHeaderSize),
      "it ends within its program headers",
    ),
  );
  if (headers.some(({ type }) => type === PT_INTERP)) refuse("it needs a dynamic linker");
  const segments = headers.filter(({ type }) => type === PT_LOAD).map((own) => segmentOf(file, own));
  const dynamic = headers.find(({ type }) => type === PT_DYNAMIC);
  const table = dynamic === undefined ? { start: 0, end: 0 } : relocationTable(segments, dynamic);
  return {
    arch: machine.name,
    entry: header.entry,
    segments: segments.filter((segment) => !isOfLinker(segment, table)),
    relocations: relocationsOf(segments, table, machine.elfRelative),
  };
}

/**
 * Whether this is the first segment of a file linked with `-z separate-code`: headers and tables, ending with
 * the relocations.
 */
function isOfLinker(segment: ElfSegment, table: RelocationTable): boolean {
  const isPlain = !segment.isExecutable && !segment.isWritable;
  return segment.address === 0 && isPlain && table.end === segment.address + segment.memorySize;
}

function segmentOf(file: Uint8Array, own: ProgramHeaderValues): ElfSegment {
  if (own.offset + own.fileSize > file.length || own.memorySize < own.fileSize)
    refuse("a segment extends beyond the end of the file");
  return {
    address: own.address,
    memorySize: own.memorySize,
    content: Uint8Array.from(file.subarray(own.offset, own.offset + own.fileSize)),
    isExecutable: (own.flags & PF_X) !== 0,
    isWritable: (own.flags & PF_W) !== 0,
  };
}

interface RelocationTable {
  readonly start: number;
  readonly end: number;
}

function relocationTable(segments: readonly ElfSegment[], dynamic: ProgramHeaderValues): RelocationTable {
  const tags = new Map<number, number>();
  for (let at = dynamic.address; at < dynamic.address + dynamic.memorySize; at += DynamicEntry.size) {
    const { tag, value } = DynamicEntry.decode(bytesAt(segments, at, DynamicEntry.size));
    if (tag === 0) break;
    tags.set(tag, value);
  }
  if ((tags.get(DT_PLTRELSZ) ?? 0) !== 0) refuse("it leaves functions to a dynamic linker");
  const start = tags.get(DT_RELA) ?? 0;
  return { start, end: start + (tags.get(DT_RELASZ) ?? 0) };
}

function relocationsOf(segments: readonly ElfSegment[], { start, end }: RelocationTable, relative: number) {
  const bytes = start === end ? new Uint8Array() : bytesAt(segments, start, end - start);
  return Array.from({ length: Math.floor(bytes.length / Relocation.size) }, (_, i) => {
    const found = Relocation.decode(bytes, i * Relocation.size);
    if (found.type !== relative) refuse(`it has a relocation of type ${found.type}`);
    return { address: found.offset, addend: found.addend };
  });
}

function bytesAt(segments: readonly ElfSegment[], address: number, size: number): Uint8Array {
  const segment = segments.find(
    (own) => address >= own.address && address + size <= own.address + own.content.length,
  );
  if (segment === undefined) return refuse(`address ${address} is in no segment`);
  return segment.content.subarray(address - segment.address, address - segment.address + size);
}

function within<T>(decode: () => T, problem: string): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof RangeError) return refuse(problem);
    throw error;
  }
}

function refuse(reason: string): never {
  throw new Bq2Error(`Cannot use the ELF file: ${reason}`, {
    code: "bad-elf",
    hint: "link it with -static-pie and without undefined symbols",
  });
}
