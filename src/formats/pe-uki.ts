/**
 * Unified kernel images: an EFI stub with command line, initrd and kernel added as PE sections (UAPI Group
 * Specifications, "Unified Kernel Image"). The stub, systemd's or another, finds them by name.
 *
 * Subset: sections are added after the stub's own; no signature, no TPM measurements.
 */
import { alignUp } from "../base/bytes.ts";
import { Bq2Error } from "../base/error.ts";
import { CoffHeader, OptionalHeader, type PeImage, readPe, SectionHeader } from "./pe.ts";
import { PeChecksum } from "./pe-checksum.ts";
import { joinContents } from "./pe-join.ts";
import { type Content, contentOf } from "./tree.ts";

export interface UkiSection {
  /** `.linux`, `.initrd`, `.cmdline`, `.osrel`, `.uname`: at most 8 characters. */
  readonly name: string;
  readonly content: Content;
}

// PE Format, "Section Flags".
const CNT_INITIALIZED_DATA = 0x00000040;
const MEM_READ = 0x40000000;

const PAGE = 4096; // UEFI 2.10, 2.3.4: EFI_PAGE_SIZE
const SECURITY_DIRECTORY = 4; // PE Format, "Optional Header Data Directories": the signature's place
const DIRECTORY_SIZE = 8;
const SIZE_LIMIT = 2 ** 31; // addresses in a PE image have 32 bits, loaders take them as signed

interface Placed {
  readonly section: UkiSection;
  readonly virtualAddress: number;
  readonly rawOffset: number;
  readonly rawSize: number;
}

/**
 * `stub` with `sections` added, in the order given; contents are read when the result is.
 * `.linux` belongs at the end: a kernel unpacks into the memory behind it.
 *
 * Throws {@link Bq2Error}: `bad-efi-stub` where the stub is no EFI application or has no room for more section
 * headers, `uki-too-large` from 2 GiB on.
 */
export function buildUki(stub: Uint8Array, sections: readonly UkiSection[]): Content {
  const pe = readPe(stub);
  if (pe === undefined || !pe.isEfiApplication) refuse("it is no 64-bit EFI application");
  checkStub(pe, sections);
  const placed = place(pe, stub.length, sections);
  const last = placed.at(-1);
  if (last === undefined) refuse("no sections to add");

  const { sectionAlignment, fileAlignment } = pe.optional;
  const imageSize = alignUp(last.virtualAddress + last.section.content.size, sectionAlignment);
  if (imageSize >= SIZE_LIMIT) {
    throw new Bq2Error(`Cannot write a unified kernel image of ${imageSize} bytes: less than 2 GiB wanted`, {
      code: "uki-too-large",
      hint: "make the initrd smaller",
    });
  }
  const start = new Uint8Array(alignUp(stub.length, fileAlignment));
  start.set(stub);
  patchHeaders(start, pe, placed, imageSize);
  const image = joinContents([
    { content: contentOf(start), size: start.length },
    ...placed.map(({ section, rawSize }) => ({ content: section.content, size: rawSize })),
  ]);
  patchChecksum(start, pe, image);
  return image;
}

/** One after the other, in memory at page boundaries, in the file at the stub's file alignment. */
function place(pe: PeImage, stubSize: number, sections: readonly UkiSection[]): readonly Placed[] {
  const { sectionAlignment, fileAlignment } = pe.optional;
  const alignment = Math.max(sectionAlignment, PAGE);
  let virtualEnd = Math.max(...pe.sections.map((own) => own.virtualAddress + own.virtualSize));
  let rawEnd = alignUp(stubSize, fileAlignment);
  return sections.map((section) => {
    const virtualAddress = alignUp(virtualEnd, alignment);
    const rawOffset = rawEnd;
    const rawSize = alignUp(section.content.size, fileAlignment);
    virtualEnd = virtualAddress + section.content.size;
    rawEnd += rawSize;
    return { section, virtualAddress, rawOffset, rawSize };
  });
}

function patchHeaders(start: Uint8Array, pe: PeImage, placed: readonly Placed[], imageSize: number): void {
  CoffHeader.encodeInto(start, pe.coffOffset, {
    ...pe.coff,
    sectionCount: pe.sections.length + placed.length,
  });
  const added = placed.reduce((sum, { rawSize }) => sum + rawSize, 0);
  OptionalHeader.encodeInto(start, pe.coffOffset + CoffHeader.size, {
    ...pe.optional,
    imageSize,
    initializedDataSize: pe.optional.initializedDataSize + added,
    checksum: 0,
  });
  for (const [index, { section, virtualAddress, rawOffset, rawSize }] of placed.entries()) {
    const at = pe.sectionTableOffset + (pe.sections.length + index) * SectionHeader.size;
    SectionHeader.encodeInto(start, at, {
      name: section.name,
      virtualSize: section.content.size,
      virtualAddress,
      rawSize,
      rawOffset,
      characteristics: CNT_INITIALIZED_DATA | MEM_READ,
    });
  }
  // The stub's signature, if any, does not cover what was added.
  clearDirectory(start, pe, SECURITY_DIRECTORY);
}

function clearDirectory(start: Uint8Array, pe: PeImage, index: number): void {
  if (index >= pe.optional.directoryCount) return;
  const at = pe.directoriesOffset + index * DIRECTORY_SIZE;
  start.fill(0, at, at + DIRECTORY_SIZE);
}

/** `image` begins with the bytes of `start`, and so sees the checksum that is put there. */
function patchChecksum(start: Uint8Array, pe: PeImage, image: Content): void {
  const checksum = new PeChecksum();
  const buffer = new Uint8Array(1024 * 1024);
  for (let offset = 0; offset < image.size; offset += buffer.length) {
    const length = Math.min(buffer.length, image.size - offset);
    image.read(buffer, 0, length, offset);
    checksum.update(buffer.subarray(0, length));
  }
  const at = pe.coffOffset + CoffHeader.size + OptionalHeader.offsets.checksum;
  new DataView(start.buffer).setUint32(at, checksum.value(), true);
}

function checkStub(pe: PeImage, sections: readonly UkiSection[]): void {
  const headersEnd = pe.sectionTableOffset + (pe.sections.length + sections.length) * SectionHeader.size;
  const firstRaw = Math.min(...pe.sections.filter((own) => own.rawSize > 0).map((own) => own.rawOffset));
  if (headersEnd > Math.min(pe.optional.headersSize, firstRaw)) {
    refuse(`its headers have no room for ${sections.length} more sections`);
  }
  const { sectionAlignment, fileAlignment } = pe.optional;
  if (!isPowerOfTwo(fileAlignment) || !isPowerOfTwo(sectionAlignment)) refuse("its alignments are damaged");
  const names = new Set(pe.sections.map((own) => own.name));
  for (const { name } of sections) {
    if (names.has(name)) refuse(`it has a section ${name} already`);
    names.add(name);
  }
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0;
}

function refuse(reason: string): never {
  throw new Bq2Error(`Cannot use the EFI stub: ${reason}`, {
    code: "bad-efi-stub",
    hint: "give systemd's, such as /usr/lib/systemd/boot/efi/linuxx64.efi.stub from Debian's systemd-boot-efi",
  });
}
