/**
 * GUID partition tables (UEFI 2.10, 5.2.3 and 5.3): the protective MBR, the table at the front of the disk
 * and its backup at the end.
 *
 * Subset: writing only (`reader.ts` finds a partition); 512-byte sectors; 128 entries; no boot code in the
 * MBR.
 */
import { concatBytes } from "../../base/bytes.ts";
import { crc32 } from "../../base/crc.ts";
import { Bq2Error } from "../../base/error.ts";
import { ascii, bytes, reserved, struct, u8, u16, u32, u64 } from "../../base/struct.ts";
import type { Sink } from "../sink.ts";
import { type Guid, guidToBytes } from "./guid.ts";

export const SECTOR_SIZE = 512;

/** Type of an EFI system partition (UEFI 2.10, table 5.7). */
export const ESP_TYPE: Guid = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";

export interface GptPartition {
  readonly type: Guid;
  readonly id: Guid;
  /** At most 36 UTF-16 units; Linux finds it as `PARTLABEL=`. */
  readonly name: string;
  readonly firstSector: number;
  readonly sectorCount: number;
  /** Numbers of the attribute bits that are set (UEFI 2.10, table 5.8): 0 to 63. */
  readonly attributeBits?: readonly number[];
}

export interface GptOptions {
  readonly diskId: Guid;
  /** Bytes; a multiple of {@link SECTOR_SIZE}. */
  readonly diskSize: number;
  readonly partitions: readonly GptPartition[];
}

const ENTRY_COUNT = 128; // a table reserves at least 16 KiB of entries (UEFI 2.10, 5.3.2)
const ENTRY_SIZE = 128;
const ENTRIES_SECTORS = (ENTRY_COUNT * ENTRY_SIZE) / SECTOR_SIZE;
const NAME_UNITS = 36;

/** Sectors at the front that no partition may touch: MBR, header, entries. */
export const GPT_FRONT_SECTORS = 2 + ENTRIES_SECTORS;
/** Sectors at the end that no partition may touch: entries, header. */
export const GPT_BACK_SECTORS = 1 + ENTRIES_SECTORS;

/** UEFI 2.10, table 5.3: a partition record of the MBR. */
const MbrRecord = struct("MBR partition record", 16, {
  bootIndicator: u8,
  startChs: bytes(3),
  osType: u8,
  endChs: bytes(3),
  startSector: u32,
  sectorCount: u32,
});

/** UEFI 2.10, table 5.1: the master boot record. */
const Mbr = struct("MBR", 512, {
  bootCode: reserved(440),
  diskSignature: u32,
  unknown: reserved(2),
  record: bytes(16),
  otherRecords: reserved(48),
  signature: u16,
});

/** UEFI 2.10, table 5.5: the header. */
export const GptHeader = struct("GPT header", 92, {
  signature: ascii(8),
  revision: u32,
  headerSize: u32,
  headerCrc32: u32,
  reserved: reserved(4),
  ownSector: u64,
  otherHeaderSector: u64,
  firstUsableSector: u64,
  lastUsableSector: u64,
  diskGuid: bytes(16),
  entriesSector: u64,
  entryCount: u32,
  entrySize: u32,
  entriesCrc32: u32,
});

/** UEFI 2.10, table 5.6: a partition. */
export const GptEntry = struct("GPT partition entry", ENTRY_SIZE, {
  typeGuid: bytes(16),
  uniqueGuid: bytes(16),
  firstSector: u64,
  lastSector: u64,
  attributes: bytes(8),
  name: bytes(2 * NAME_UNITS),
});

/**
 * Writes the partition tables of a whole disk, and nothing in the partitions.
 *
 * Throws {@link Bq2Error} `bad-partition-table` if partitions overlap, extend beyond the usable sectors or
 * have too long a name.
 */
export function writeGpt(sink: Sink, options: GptOptions): void {
  const sectors = options.diskSize / SECTOR_SIZE;
  checkLayout(options.partitions, sectors);
  const entries = encodeEntries(options.partitions);
  const lastSector = sectors - 1;
  const header = (place: { ownSector: number; otherHeaderSector: number; entriesSector: number }) =>
    encodeHeader({ ...place, diskId: options.diskId, lastSector, entriesCrc32: crc32(entries) });

  sink.write(protectiveMbr(sectors), 0);
  sink.write(header({ ownSector: 1, otherHeaderSector: lastSector, entriesSector: 2 }), SECTOR_SIZE);
  sink.write(entries, 2 * SECTOR_SIZE);

  const backupEntries = lastSector - ENTRIES_SECTORS;
  sink.write(entries, backupEntries * SECTOR_SIZE);
  sink.write(
    header({ ownSector: lastSector, otherHeaderSector: 1, entriesSector: backupEntries }),
    lastSector * SECTOR_SIZE,
  );
}

/** One MBR record of type 0xEE for the whole disk: old tools see no free space (UEFI 2.10, 5.2.3). */
function protectiveMbr(sectors: number): Uint8Array {
  const record = MbrRecord.encode({
    startChs: Uint8Array.of(0x00, 0x02, 0x00), // sector 1 as cylinder 0, head 0, sector 2
    osType: 0xee, // GPT protective
    endChs: Uint8Array.of(0xff, 0xff, 0xff), // beyond what cylinder/head/sector can express
    startSector: 1,
    sectorCount: Math.min(sectors - 1, 0xffffffff),
  });
  return Mbr.encode({ record, signature: 0xaa55 });
}

function encodeHeader(values: {
  readonly ownSector: number;
  readonly otherHeaderSector: number;
  readonly entriesSector: number;
  readonly diskId: Guid;
  readonly lastSector: number;
  readonly entriesCrc32: number;
}): Uint8Array {
  const fields = {
    signature: "EFI PART",
    revision: 0x00010000, // 1.0
    headerSize: GptHeader.size,
    ownSector: values.ownSector,
    otherHeaderSector: values.otherHeaderSector,
    firstUsableSector: GPT_FRONT_SECTORS,
    lastUsableSector: values.lastSector - GPT_BACK_SECTORS,
    diskGuid: guidToBytes(values.diskId),
    entriesSector: values.entriesSector,
    entryCount: ENTRY_COUNT,
    entrySize: ENTRY_SIZE,
    entriesCrc32: values.entriesCrc32,
  };
  // The checksum is computed with its own field zero (UEFI 2.10, table 5.5).
  const headerCrc32 = crc32(GptHeader.encode(fields));
  return concatBytes([
    GptHeader.encode({ ...fields, headerCrc32 }),
    new Uint8Array(SECTOR_SIZE - GptHeader.size),
  ]);
}

function encodeEntries(partitions: readonly GptPartition[]): Uint8Array {
  const table = new Uint8Array(ENTRY_COUNT * ENTRY_SIZE);
  for (const [index, partition] of partitions.entries()) {
    GptEntry.encodeInto(table, index * ENTRY_SIZE, {
      typeGuid: guidToBytes(partition.type),
      uniqueGuid: guidToBytes(partition.id),
      firstSector: partition.firstSector,
      lastSector: partition.firstSector + partition.sectorCount - 1,
      attributes: encodeBits(partition.attributeBits ?? []),
      name: encodeUtf16(partition.name),
    });
  }
  return table;
}

function encodeBits(bits: readonly number[]): Uint8Array {
  let value = 0n;
  for (const bit of bits) value |= 1n << BigInt(bit);
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, value, true);
  return out;
}

/** Little-endian, not terminated: the entry pads with zeros. */
function encodeUtf16(text: string): Uint8Array {
  const out = new Uint8Array(2 * text.length);
  const view = new DataView(out.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), true);
  return out;
}

function checkLayout(partitions: readonly GptPartition[], sectors: number): void {
  const refuse = (what: string): never => {
    throw new Bq2Error(`Cannot write a partition table: ${what}`, { code: "bad-partition-table" });
  };
  const lastUsable = sectors - 1 - GPT_BACK_SECTORS;
  if (!Number.isInteger(sectors)) refuse(`the disk's size is not a multiple of ${SECTOR_SIZE} bytes`);
  if (partitions.length > ENTRY_COUNT) refuse(`${partitions.length} partitions, at most ${ENTRY_COUNT}`);
  let end = GPT_FRONT_SECTORS;
  for (const partition of [...partitions].sort((a, b) => a.firstSector - b.firstSector)) {
    const last = partition.firstSector + partition.sectorCount - 1;
    const where = `"${partition.name}" occupies sectors ${partition.firstSector} to ${last}`;
    if (partition.sectorCount < 1) refuse(`"${partition.name}" is empty`);
    if (partition.firstSector < end) refuse(`${where}, but sectors below ${end} are taken`);
    if (last > lastUsable) refuse(`${where}, but the last usable sector is ${lastUsable}`);
    if (partition.name.length > NAME_UNITS)
      refuse(`the name "${partition.name}" is longer than ${NAME_UNITS}`);
    end = last + 1;
  }
}
