/** What the machine's memory is used for (UEFI 2.10, 7.2.3: GetMemoryMap). */
import { EfiError } from "./status.ts";
import { BOOT, bootServices } from "./tables.ts";
import { Result } from "./words.ts";

/** 7.2.1: EFI_MEMORY_TYPE. */
const TYPES = [
  "reserved",
  "loader-code",
  "loader-data",
  "boot-services-code",
  "boot-services-data",
  "runtime-services-code",
  "runtime-services-data",
  "conventional",
  "unusable",
  "acpi-reclaim",
  "acpi-nvs",
  "mapped-io",
  "mapped-io-port-space",
  "pal-code",
  "persistent",
  "unaccepted",
] as const;

export interface MemoryRange {
  /** `vendor` for types beyond those of the specification. */
  readonly type: (typeof TYPES)[number] | "vendor";
  readonly start: bigint;
  readonly sizeBytes: bigint;
  /** 7.2.3: EFI_MEMORY_DESCRIPTOR, Attribute. */
  readonly attributes: bigint;
}

/** 7.2.3: EFI_MEMORY_DESCRIPTOR; the firmware says how large each one is. */
const DESCRIPTOR = { type: 0, physicalStart: 8, numberOfPages: 24, attribute: 32 };
const PAGE = 4096n;
const MORE_ROOM = 4096; // allocating memory for the map makes the map longer

export function memoryMap(): MemoryRange[] {
  const size = new Result();
  const [key, descriptorSize, version] = [new Result(), new Result(), new Result()];
  for (;;) {
    const map = new Uint8Array(Number(size.value) + MORE_ROOM);
    size.word[0] = BigInt(map.length);
    const outs = [size.word, map, key.word, descriptorSize.word, version.word];
    try {
      bootServices.service("read the memory map", BOOT.getMemoryMap, ...outs);
    } catch (error) {
      if (error instanceof EfiError && error.code === "EFI_BUFFER_TOO_SMALL") continue;
      throw error;
    }
    return decode(map, Number(size.value), Number(descriptorSize.value));
  }
}

function decode(map: Uint8Array, size: number, step: number): MemoryRange[] {
  const view = new DataView(map.buffer);
  const ranges: MemoryRange[] = [];
  for (let at = 0; at + step <= size; at += step) {
    ranges.push({
      type: TYPES[view.getUint32(at + DESCRIPTOR.type, true)] ?? "vendor",
      start: view.getBigUint64(at + DESCRIPTOR.physicalStart, true),
      sizeBytes: view.getBigUint64(at + DESCRIPTOR.numberOfPages, true) * PAGE,
      attributes: view.getBigUint64(at + DESCRIPTOR.attribute, true),
    });
  }
  return ranges;
}
