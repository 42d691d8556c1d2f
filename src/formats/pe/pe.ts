/**
 * Portable executables as UEFI loads them: 64-bit images, PE32+ (Microsoft PE Format; UEFI 2.10, 2.1.1).
 *
 * Subset: reads an image's headers and section table; no imports, relocations or signatures.
 */
import { type Arch, archWith } from "../../base/arch.ts";
import { ascii, bytes, reserved, struct, u8, u16, u32, u64 } from "../../base/struct.ts";

/** PE Format, "MS-DOS Stub": only what a PE loader reads. */
export const DosHeader = struct("MS-DOS header", 64, {
  magic: u16,
  stub: reserved(58),
  peOffset: u32,
});

/** PE Format, "Signature" and "COFF File Header". */
export const CoffHeader = struct("COFF header", 24, {
  signature: bytes(4),
  machine: u16,
  sectionCount: u16,
  timestamp: u32,
  symbolTableOffset: u32,
  symbolCount: u32,
  optionalHeaderSize: u16,
  characteristics: u16,
});

/** PE Format, "Optional Header (Image Only)" as PE32+, without the data directories. */
export const OptionalHeader = struct("PE32+ optional header", 112, {
  magic: u16,
  linkerMajor: u8,
  linkerMinor: u8,
  codeSize: u32,
  initializedDataSize: u32,
  uninitializedDataSize: u32,
  entryPoint: u32,
  codeBase: u32,
  imageBase: u64,
  sectionAlignment: u32,
  fileAlignment: u32,
  osMajor: u16,
  osMinor: u16,
  imageMajor: u16,
  imageMinor: u16,
  subsystemMajor: u16,
  subsystemMinor: u16,
  win32Version: u32,
  imageSize: u32,
  headersSize: u32,
  checksum: u32,
  subsystem: u16,
  dllCharacteristics: u16,
  stackReserve: u64,
  stackCommit: u64,
  heapReserve: u64,
  heapCommit: u64,
  loaderFlags: u32,
  directoryCount: u32,
});

/** PE Format, "Section Table (Section Headers)". */
export const SectionHeader = struct("PE section header", 40, {
  name: ascii(8),
  virtualSize: u32,
  virtualAddress: u32,
  rawSize: u32,
  rawOffset: u32,
  relocationsOffset: u32,
  lineNumbersOffset: u32,
  relocationCount: u16,
  lineNumberCount: u16,
  characteristics: u32,
});

export const MZ = 0x5a4d;
export const PE_SIGNATURE = Uint8Array.of(0x50, 0x45, 0, 0); // "PE\0\0"
export const PE32_PLUS = 0x020b;
export const EFI_APPLICATION = 10; // PE Format, "Windows Subsystem": IMAGE_SUBSYSTEM_EFI_APPLICATION

type ValuesOf<S extends { decode(bytes: Uint8Array): unknown }> = ReturnType<S["decode"]>;

export interface PeImage {
  /** Offset of {@link CoffHeader} in the file; the optional header follows, then the directories. */
  readonly coffOffset: number;
  readonly coff: ValuesOf<typeof CoffHeader>;
  readonly optional: ValuesOf<typeof OptionalHeader>;
  readonly directoriesOffset: number;
  readonly sectionTableOffset: number;
  readonly sections: readonly ValuesOf<typeof SectionHeader>[];
  /** `undefined` for an unknown machine. */
  readonly arch: Arch | undefined;
  readonly isEfiApplication: boolean;
}

/**
 * The headers of a 64-bit PE image, of which `file` has at least the first few KiB. `undefined` if it is not
 * one: no MZ or PE signature, 32 bits, or headers that extend beyond `file`.
 */
export function readPe(file: Uint8Array): PeImage | undefined {
  if (!holds(file, 0, DosHeader.size)) return undefined;
  const dos = DosHeader.decode(file);
  if (dos.magic !== MZ) return undefined;
  const coffOffset = dos.peOffset;
  const optionalOffset = coffOffset + CoffHeader.size;
  if (!holds(file, coffOffset, CoffHeader.size + OptionalHeader.size)) return undefined;
  const coff = CoffHeader.decode(file, coffOffset);
  if (PE_SIGNATURE.some((byte, i) => coff.signature[i] !== byte)) return undefined;
  if (new DataView(file.buffer, file.byteOffset).getUint16(optionalOffset, true) !== PE32_PLUS)
    return undefined;
  const sectionTableOffset = optionalOffset + coff.optionalHeaderSize;
  if (!holds(file, sectionTableOffset, coff.sectionCount * SectionHeader.size)) return undefined;

  const optional = decodeSafely(() => OptionalHeader.decode(file, optionalOffset));
  const sections = decodeSafely(() =>
    Array.from({ length: coff.sectionCount }, (_, i) =>
      SectionHeader.decode(file, sectionTableOffset + i * SectionHeader.size),
    ),
  );
  if (optional === undefined || sections === undefined) return undefined;
  return {
    coffOffset,
    coff,
    optional,
    directoriesOffset: optionalOffset + OptionalHeader.size,
    sectionTableOffset,
    sections,
    arch: archWith("peMachine", coff.machine)?.name,
    isEfiApplication: optional.subsystem === EFI_APPLICATION,
  };
}

/** The end of its last section: a file with fewer bytes is truncated. */
export function leastFileSize({ sections }: PeImage): number {
  return Math.max(0, ...sections.map(({ rawOffset, rawSize }) => rawOffset + rawSize));
}

function holds(file: Uint8Array, offset: number, length: number): boolean {
  return offset + length <= file.length;
}

/** 64-bit fields throw above 2^53; no EFI image has such values. */
function decodeSafely<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
