/**
 * Adds sections to an EFI application: a program to the runtime, which finds it by name; or command line,
 * initrd and kernel to an EFI stub, which makes a unified kernel image (UAPI Group Specifications, "Unified
 * Kernel Image").
 *
 * Subset: sections are added after the application's own; no signature, no TPM measurements.
 */
import { alignUp } from "../../base/bytes.ts";
import { Bq2Error } from "../../base/error.ts";
import { type Content, contentOf } from "../tree.ts";
import { PeChecksum } from "./checksum.ts";
import { joinContents } from "./join.ts";
import { CoffHeader, OptionalHeader, type PeImage, readPe, SectionHeader } from "./pe.ts";

export interface PeSection {
  /** At most 8 characters. */
  readonly name: string;
  readonly content: Content;
}

// PE Format, "Section Flags".
const CNT_INITIALIZED_DATA = 0x00000040;
const MEM_READ = 0x40000000;

const PAGE = 4096; // UEFI 2.10, 2.3.4: EFI_PAGE_SIZE
const SECURITY_DIRECTORY = 4; // PE Format, "Optional Header Data Directories": the signature
const DIRECTORY_SIZE = 8;
const SIZE_LIMIT = 2 ** 31; // PE addresses have 32 bits, and loaders treat them as signed

interface Placed {
  readonly section: PeSection;
  readonly virtualAddress: number;
  readonly rawOffset: number;
  readonly rawSize: number;
}

/**
 * `application` with `sections` added, in the order given; contents are read only when the result is read.
 *
 * Throws {@link Bq2Error}: `bad-efi-application` if `application` is not one or has no room for more section
 * headers, `efi-application-too-large` from 2 GiB on.
 */
export function addPeSections(application: Uint8Array, sections: readonly PeSection[]): Content {
  const pe = readPe(application);
  if (pe === undefined || !pe.isEfiApplication) refuse("it is not a 64-bit EFI application");
  checkRoom(pe, sections);
  const placed = place(pe, application.length, sections);
  const last = placed.at(-1);
  if (last === undefined) refuse("no sections to add");

  const { sectionAlignment, fileAlignment } = pe.optional;
  const imageSize = alignUp(last.virtualAddress + last.section.content.size, sectionAlignment);
  if (imageSize >= SIZE_LIMIT) {
    throw new Bq2Error(`Cannot write an EFI application of ${imageSize} bytes: less than 2 GiB wanted`, {
      code: "efi-application-too-large",
      hint: "make the added sections smaller",
    });
  }
  const start = new Uint8Array(alignUp(application.length, fileAlignment));
  start.set(application);
  patchHeaders(start, pe, placed, imageSize);
  const image = joinContents([
    { content: contentOf(start), size: start.length },
    ...placed.map(({ section, rawSize }) => ({ content: section.content, size: rawSize })),
  ]);
  patchChecksum(start, pe, image);
  return image;
}

/** One after another: at page boundaries in memory, at the application's file alignment in the file. */
function place(pe: PeImage, ownSize: number, sections: readonly PeSection[]): readonly Placed[] {
  const { sectionAlignment, fileAlignment } = pe.optional;
  const alignment = Math.max(sectionAlignment, PAGE);
  let virtualEnd = Math.max(...pe.sections.map((own) => own.virtualAddress + own.virtualSize));
  let rawEnd = alignUp(ownSize, fileAlignment);
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
  // The application's signature, if any, does not cover what was added.
  clearDirectory(start, pe, SECURITY_DIRECTORY);
}

function clearDirectory(start: Uint8Array, pe: PeImage, index: number): void {
  if (index >= pe.optional.directoryCount) return;
  const at = pe.directoriesOffset + index * DIRECTORY_SIZE;
  start.fill(0, at, at + DIRECTORY_SIZE);
}

/** `image` begins with the bytes of `start`, so writing the checksum to `start` is enough. */
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

function checkRoom(pe: PeImage, sections: readonly PeSection[]): void {
  const headersEnd = pe.sectionTableOffset + (pe.sections.length + sections.length) * SectionHeader.size;
  const firstRaw = Math.min(...pe.sections.filter((own) => own.rawSize > 0).map((own) => own.rawOffset));
  if (headersEnd > Math.min(pe.optional.headersSize, firstRaw)) {
    refuse(`its headers have no room for ${sections.length} more sections`);
  }
  const { sectionAlignment, fileAlignment } = pe.optional;
  if (!isPowerOfTwo(fileAlignment) || !isPowerOfTwo(sectionAlignment)) refuse("its alignments are damaged");
  const names = new Set(pe.sections.map((own) => own.name));
  for (const { name } of sections) {
    if (names.has(name)) refuse(`it already has a section ${name}`);
    names.add(name);
  }
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0;
}

function refuse(reason: string): never {
  throw new Bq2Error(`Cannot add sections to the EFI application: ${reason}`, {
    code: "bad-efi-application",
  });
}
