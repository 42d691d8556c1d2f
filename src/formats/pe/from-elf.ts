/**
 * Turns a static PIE into an EFI application: segments become sections, relative relocations become base
 * relocations (Microsoft PE Format, "The .reloc Section"). No section is both writable and executable.
 *
 * Sections keep the distances that the linker gave them; what only that linker needs (symbols, notes) is
 * dropped.
 */
import { ARCHES } from "../../base/arch.ts";
import { alignUp, concatBytes } from "../../base/bytes.ts";
import { Bq2Error } from "../../base/error.ts";
import { struct, u16, u32 } from "../../base/struct.ts";
import { type ElfSegment, type PositionIndependentElf, readStaticPie } from "../elf.ts";
import { PeChecksum } from "./checksum.ts";
import {
  CoffHeader,
  DosHeader,
  EFI_APPLICATION,
  MZ,
  OptionalHeader,
  PE_SIGNATURE,
  PE32_PLUS,
  SectionHeader,
} from "./pe.ts";

const PAGE = 4096; // both alignments: UEFI 2.10, 2.3.4, EFI_PAGE_SIZE
const FILE_ALIGNMENT = 512;
/** Address of the first section, after the headers. */
const FIRST_SECTION = PAGE;
/** Room for sections added later (`sections.ts`). */
const SPARE_SECTIONS = 8;
const DIRECTORY_COUNT = 16;
const BASE_RELOCATIONS = 5; // "Optional Header Data Directories"
const DIRECTORY_SIZE = 8;

// PE Format, "Characteristics" and "DLL Characteristics".
const EXECUTABLE_IMAGE = 0x0002;
const LARGE_ADDRESS_AWARE = 0x0020;
const HIGH_ENTROPY_VA = 0x0020;
const DYNAMIC_BASE = 0x0040;
const NX_COMPATIBLE = 0x0100;

// PE Format, "Section Flags".
const CODE = 0x00000020;
const INITIALIZED_DATA = 0x00000040;
const DISCARDABLE = 0x02000000;
const EXECUTE = 0x20000000;
const READ = 0x40000000;
const WRITE = 0x80000000;

const BaseRelocationBlock = struct("base relocation block", 8, { page: u32, size: u32 });
const BaseRelocation = struct("base relocation", 2, { typeAndOffset: u16 });
const DIR64 = 10; // IMAGE_REL_BASED_DIR64

interface Section {
  readonly name: string;
  readonly address: number;
  readonly memorySize: number;
  readonly content: Uint8Array;
  readonly flags: number;
}

/**
 * An EFI application for the ELF file's architecture.
 *
 * @throws Bq2Error `bad-elf` if `file` is not a static PIE or has a segment that is writable and executable.
 */
export function peFromElf(file: Uint8Array): Uint8Array {
  const elf = readStaticPie(file);
  const sections = elf.segments.map(sectionOf);
  relocate(elf, sections);
  const relocations = relocationSection(elf, sections);
  const all = [...sections, relocations];
  const headersSize = alignUp(
    DosHeader.size +
      CoffHeader.size +
      OptionalHeader.size +
      DIRECTORY_COUNT * DIRECTORY_SIZE +
      (all.length + SPARE_SECTIONS) * SectionHeader.size,
    FILE_ALIGNMENT,
  );
  const image = concatBytes([
    headersOf(elf, all, relocations, headersSize),
    ...all.map(({ content }) => padded(content)),
  ]);
  const checksum = new PeChecksum();
  checksum.update(image);
  const at = DosHeader.size + CoffHeader.size + OptionalHeader.offsets.checksum;
  new DataView(image.buffer, image.byteOffset).setUint32(at, checksum.value(), true);
  return image;
}

/** Extends the segment to the start of its page, where PE requires sections to begin. */
function sectionOf(segment: ElfSegment): Section {
  if (segment.isExecutable && segment.isWritable) {
    throw new Bq2Error("Cannot use the ELF file: a segment is writable and executable", {
      code: "bad-elf",
      hint: "link it with -z separate-code",
    });
  }
  const before = segment.address % PAGE;
  const flags = segment.isExecutable
    ? CODE | EXECUTE
    : segment.isWritable
      ? INITIALIZED_DATA | WRITE
      : INITIALIZED_DATA;
  return {
    name: segment.isExecutable ? ".text" : segment.isWritable ? ".data" : ".rodata",
    address: segment.address - before + FIRST_SECTION,
    memorySize: before + segment.memorySize,
    content: concatBytes([new Uint8Array(before), segment.content]),
    flags: (flags | READ) >>> 0,
  };
}

/** Writes the relocated addresses, for an image base of 0. */
function relocate(elf: PositionIndependentElf, sections: readonly Section[]): void {
  for (const { address, addend } of elf.relocations) {
    const at = address + FIRST_SECTION;
    const section = sections.find((own) => at >= own.address && at + 8 <= own.address + own.content.length);
    if (section === undefined) {
      throw new Bq2Error(`Cannot use the ELF file: a relocation at ${address} is in no segment`, {
        code: "bad-elf",
      });
    }
    const view = new DataView(section.content.buffer, section.content.byteOffset);
    view.setBigUint64(at - section.address, BigInt(addend + FIRST_SECTION), true);
  }
}

/** One block per page; the loader adds the difference between the bases to every word. */
function relocationSection(elf: PositionIndependentElf, sections: readonly Section[]): Section {
  const pages = new Map<number, number[]>();
  for (const { address } of [...elf.relocations].sort((a, b) => a.address - b.address)) {
    const at = address + FIRST_SECTION;
    const offsets = pages.get(at - (at % PAGE)) ?? [];
    offsets.push((DIR64 << 12) | (at % PAGE));
    pages.set(at - (at % PAGE), offsets);
  }
  const blocks = [...pages].map(([page, offsets]) => {
    if (offsets.length % 2 === 1) offsets.push(0); // IMAGE_REL_BASED_ABSOLUTE: blocks are 32-bit aligned
    const size = BaseRelocationBlock.size + offsets.length * BaseRelocation.size;
    return concatBytes([
      BaseRelocationBlock.encode({ page, size }),
      ...offsets.map((typeAndOffset) => BaseRelocation.encode({ typeAndOffset })),
    ]);
  });
  const end = Math.max(...sections.map((own) => own.address + own.memorySize));
  // Loaders do not move an image without relocations: if there are none, write an empty block.
  const content = concatBytes(
    blocks.length === 0 ? [BaseRelocationBlock.encode({ size: BaseRelocationBlock.size })] : blocks,
  );
  return {
    name: ".reloc",
    address: alignUp(end, PAGE),
    memorySize: content.length,
    content,
    flags: (INITIALIZED_DATA | DISCARDABLE | READ) >>> 0,
  };
}

function headersOf(
  elf: PositionIndependentElf,
  sections: readonly Section[],
  relocations: Section,
  headersSize: number,
): Uint8Array {
  const directories = new Uint8Array(DIRECTORY_COUNT * DIRECTORY_SIZE);
  const view = new DataView(directories.buffer);
  view.setUint32(BASE_RELOCATIONS * DIRECTORY_SIZE, relocations.address, true);
  view.setUint32(BASE_RELOCATIONS * DIRECTORY_SIZE + 4, relocations.memorySize, true);
  const sizeOf = (flag: number) =>
    sections.reduce(
      (sum, { flags, content }) => sum + ((flags & flag) === 0 ? 0 : padded(content).length),
      0,
    );
  const headers = [
    DosHeader.encode({ magic: MZ, peOffset: DosHeader.size }),
    CoffHeader.encode({
      signature: PE_SIGNATURE,
      machine: ARCHES[elf.arch].peMachine,
      sectionCount: sections.length,
      optionalHeaderSize: OptionalHeader.size + directories.length,
      characteristics: EXECUTABLE_IMAGE | LARGE_ADDRESS_AWARE,
    }),
    OptionalHeader.encode({
      magic: PE32_PLUS,
      codeSize: sizeOf(CODE),
      initializedDataSize: sizeOf(INITIALIZED_DATA),
      entryPoint: elf.entry + FIRST_SECTION,
      codeBase: sections.find(({ flags }) => (flags & CODE) !== 0)?.address ?? 0,
      sectionAlignment: PAGE,
      fileAlignment: FILE_ALIGNMENT,
      imageSize: alignUp(relocations.address + relocations.memorySize, PAGE),
      headersSize,
      subsystem: EFI_APPLICATION,
      dllCharacteristics: HIGH_ENTROPY_VA | DYNAMIC_BASE | NX_COMPATIBLE,
      directoryCount: DIRECTORY_COUNT,
    }),
    directories,
  ];
  let rawOffset = headersSize;
  for (const { name, address, memorySize, content, flags } of sections) {
    const rawSize = padded(content).length;
    headers.push(
      SectionHeader.encode({
        name,
        virtualSize: memorySize,
        virtualAddress: address,
        rawSize,
        rawOffset,
        characteristics: flags,
      }),
    );
    rawOffset += rawSize;
  }
  const whole = new Uint8Array(headersSize);
  whole.set(concatBytes(headers));
  return whole;
}

function padded(content: Uint8Array): Uint8Array {
  const whole = new Uint8Array(alignUp(content.length, FILE_ALIGNMENT));
  whole.set(content);
  return whole;
}
