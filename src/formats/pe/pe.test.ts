import { concatBytes } from "../../base/bytes.ts";
import { assert, test } from "../../base/testing.ts";
import { contentOf } from "../tree.ts";
import { PeChecksum } from "./checksum.ts";
import { readEfiKernel } from "./kernel.ts";
import { CoffHeader, OptionalHeader, readPe, SectionHeader } from "./pe.ts";
import { addPeSections } from "./sections.ts";

const COFF_OFFSET = 64;
const HEADERS_SIZE = 1024;
const HEADERS_END = COFF_OFFSET + CoffHeader.size + OptionalHeader.size + 16 * 8 + SectionHeader.size;

interface PeValues {
  readonly machine?: number;
  readonly subsystem?: number;
  readonly sectionCount?: number;
  readonly headersSize?: number;
}

/** An EFI application with one section of meaningless bytes. */
function pe(values: PeValues = {}): Uint8Array {
  const { machine = 0x8664, subsystem = 10, sectionCount = 1, headersSize = HEADERS_SIZE } = values;
  const file = new Uint8Array(HEADERS_SIZE + 512);
  file.set([0x4d, 0x5a]); // MZ
  file[0x3c] = COFF_OFFSET;
  const signature = Uint8Array.of(0x50, 0x45, 0, 0);
  const optionalHeaderSize = OptionalHeader.size + 16 * 8;
  CoffHeader.encodeInto(file, COFF_OFFSET, { signature, machine, sectionCount, optionalHeaderSize });
  const alignments = { sectionAlignment: 512, fileAlignment: 512, headersSize, imageSize: 4096 + 512 };
  const optional = { magic: 0x020b, subsystem, directoryCount: 16, ...alignments };
  OptionalHeader.encodeInto(file, COFF_OFFSET + CoffHeader.size, optional);
  const text = {
    name: ".text",
    virtualSize: 500,
    virtualAddress: 4096,
    rawSize: 512,
    rawOffset: HEADERS_SIZE,
  };
  SectionHeader.encodeInto(file, COFF_OFFSET + CoffHeader.size + optionalHeaderSize, text);
  return file;
}

test("a kernel's machine is read from its PE header", () => {
  assert.equal(readEfiKernel(pe(), "k").arch, "x86_64");
  assert.equal(readEfiKernel(pe({ machine: 0xaa64 }), "k").arch, "aarch64");
});

test("an unknown machine is refused by its number", () => {
  const error = assert.throws(() => readEfiKernel(pe({ machine: 0x5064 }), "k"), /0x5064/);
  assert.equal((error as { code?: unknown }).code, "unsupported-arch");
});

test("files that are not EFI applications are refused, and known kinds are named", () => {
  const refusal = (file: Uint8Array) => {
    const error = assert.throws(() => readEfiKernel(file, "k"));
    assert.equal((error as { code?: unknown }).code, "no-efi-stub");
    return error.message;
  };
  assert.match(refusal(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46)), /an ELF file/);
  assert.match(refusal(Uint8Array.of(0x1f, 0x8b, 8)), /a gzip file/);
  assert.match(refusal(pe({ subsystem: 3 })), /no EFI application/);
  assert.match(refusal(new Uint8Array(0)), /no EFI application/);
  const bzImage = new Uint8Array(1024);
  bzImage.set([0x48, 0x64, 0x72, 0x53], 0x202); // HdrS
  assert.match(refusal(bzImage), /a Linux kernel without one/);
});

test("truncated or damaged headers are refused, and nothing worse happens", () => {
  const file = pe();
  for (let length = 0; length < HEADERS_END; length++) {
    assert.equal(readPe(file.subarray(0, length)), undefined, `cut off at ${length}`);
  }
  for (let at = 0; at < HEADERS_END; at++) {
    const damaged = file.slice();
    damaged[at] = 0xff;
    readPe(damaged);
  }
});

test("sections are added after the stub's own, in memory and in the file", () => {
  const image = addPeSections(pe(), [
    { name: ".cmdline", content: contentOf(new Uint8Array(10).fill(7)) },
    { name: ".linux", content: contentOf(new Uint8Array(1000).fill(9)) },
  ]);
  const file = new Uint8Array(image.size);
  image.read(file, 0, file.length, 0);
  const sections = readPe(file)?.sections ?? [];
  assert.equal(
    sections.map(({ name, virtualAddress, virtualSize, rawOffset, rawSize }) => [
      name,
      virtualAddress,
      virtualSize,
      rawOffset,
      rawSize,
    ]),
    [
      [".text", 4096, 500, 1024, 512],
      [".cmdline", 8192, 10, 1536, 512],
      [".linux", 12288, 1000, 2048, 1024],
    ],
  );
  assert.equal(readPe(file)?.optional.imageSize, 12288 + 1024);
  assert.equal([file[1536], file[1545], file[1546], file[2048], file[3047], file[3048]], [7, 7, 0, 9, 9, 0]);
});

test("a stub without room, a stub that has the section, and a file that is not a stub are refused", () => {
  const section = { name: ".linux", content: contentOf(new Uint8Array(1)) };
  assert.throws(() => addPeSections(pe({ headersSize: 400 }), [section]), /no room for 1 more/);
  assert.throws(() => addPeSections(pe(), [section, section]), /already has a section .linux/);
  assert.throws(() => addPeSections(new Uint8Array(100), [section]), /not a 64-bit EFI application/);
});

test("the checksum adds 16-bit words with their carries, and the length", () => {
  const checksum = new PeChecksum();
  checksum.update(Uint8Array.of(0xff, 0xff, 0x02, 0x00));
  checksum.update(concatBytes([Uint8Array.of(0x05)]));
  assert.equal(checksum.value(), 7 + 5); // 0xffff + 2 → 2, + 5 → 7; five bytes
});
