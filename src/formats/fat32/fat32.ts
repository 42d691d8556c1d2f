/**
 * Writes FAT32 file systems (Microsoft fatgen103, version 1.03): a fixed set of files, in one go. `reader.ts`
 * lists folders.
 *
 * Subset: 512-byte sectors; every file is contiguous; folders are made as paths need them; one time for all.
 * Sizes below about 33 MiB are refused: with fewer than 65,525 clusters, every reader would take the file
 * system for FAT16.
 */
import { Bq2Error } from "../../base/error.ts";
import { ascii, bytes, reserved, struct, u8, u16, u32 } from "../../base/struct.ts";
import type { Sink } from "../sink.ts";
import { type Extent, type FatFile, layOutFolders, type PlacedFolder } from "./folders.ts";
import { checkFatLabel } from "./names.ts";

export type { FatFile };

export interface Fat32Options {
  /** Bytes of the whole file system; a multiple of 512. */
  readonly size: number;
  readonly files: readonly FatFile[];
  /** 32-bit serial number. */
  readonly volumeId: number;
  /** At most 11 upper-case characters; empty for no label. */
  readonly label: string;
  /** Seconds since 1970, for every file and folder; clamped to FAT's range: 1980 to 2107, in even seconds. */
  readonly time: number;
  /** Sectors before this file system on its disk: the partition's first sector. */
  readonly hiddenSectors: number;
}

const SECTOR_SIZE = 512;
const RESERVED_SECTORS = 32; // fatgen103, BPB_RsvdSecCnt: "typically 32" on FAT32
const FAT_COPIES = 2; // fatgen103, BPB_NumFATs: "should always contain the value 2"
const FAT32_CLUSTERS_MIN = 65_525 + 16; // fatgen103, "FAT Type Determination", which advises a margin of 16
const FSINFO_SECTOR = 1;
const BACKUP_BOOT_SECTOR = 6; // fatgen103, BPB_BkBootSec: "no value other than 6 is recommended"
const MEDIA_FIXED = 0xf8; // fatgen103, BPB_Media
const NO_LABEL = "NO NAME"; // fatgen103, BS_VolLab: what it holds when the root has no label entry
export const END_OF_CHAIN = 0x0fffffff;
export const FIRST_CLUSTER = 2;

/** fatgen103, "FAT32 Boot Sector": BPB and extended boot record. */
export const BootSector = struct("FAT32 boot sector", 512, {
  jump: bytes(3),
  oemName: ascii(8, " "),
  bytesPerSector: u16,
  sectorsPerCluster: u8,
  reservedSectors: u16,
  fatCopies: u8,
  rootEntries16: u16,
  totalSectors16: u16,
  media: u8,
  sectorsPerFat16: u16,
  sectorsPerTrack: u16,
  heads: u16,
  hiddenSectors: u32,
  totalSectors: u32,
  sectorsPerFat: u32,
  flags: u16,
  version: u16,
  rootCluster: u32,
  fsInfoSector: u16,
  backupBootSector: u16,
  reserved: reserved(12),
  driveNumber: u8,
  reserved1: u8,
  bootSignature: u8,
  volumeId: u32,
  label: ascii(11, " "),
  typeName: ascii(8, " "),
  bootCode: bytes(420),
  signature: u16,
});

/** fatgen103, "FAT32 FSInfo Sector Structure". */
const FsInfo = struct("FAT32 FSInfo", 512, {
  leadSignature: u32,
  reserved1: reserved(480),
  signature: u32,
  freeClusters: u32,
  nextFreeCluster: u32,
  reserved2: reserved(12),
  trailSignature: u32,
});

interface Geometry {
  readonly sectors: number;
  readonly sectorsPerCluster: number;
  readonly sectorsPerFat: number;
  readonly clusters: number;
}

/**
 * Writes a whole FAT32 file system to `sink`, from offset 0.
 *
 * Throws {@link Bq2Error}: `image-too-small` if the files do not fit, `bad-fat-size` if `size` makes no valid
 * FAT32, `bad-fat-name`, `bad-fat-label`, `fat-file-too-large` from 4 GiB on.
 */
export function writeFat32(sink: Sink, options: Fat32Options): void {
  checkFatLabel(options.label);
  const geometry = geometryOf(options.size);
  const clusterSize = geometry.sectorsPerCluster * SECTOR_SIZE;
  const { folders, clustersUsed, extents } = layOutFolders({
    files: options.files,
    label: options.label,
    time: options.time,
    clusterSize,
    firstCluster: FIRST_CLUSTER,
  });
  if (clustersUsed > geometry.clusters) {
    throw new Bq2Error(
      `Cannot fit the files into a FAT32 of ${options.size} bytes: ${clustersUsed} clusters of ${clusterSize} bytes are needed, it has ${geometry.clusters}`,
      { code: "image-too-small", hint: "make the file system larger" },
    );
  }
  writeReservedSectors(sink, options, geometry, clustersUsed);
  writeFats(sink, geometry, extents, clustersUsed);
  writeData(sink, geometry, folders);
}

/** Bytes of a FAT32 that holds `files`, in whole MiB; at least the smallest valid size. */
export function fat32SizeFor(files: readonly FatFile[]): number {
  const MIB = 1024 * 1024;
  const payload = files.reduce((sum, file) => sum + file.content.size, 0);
  // Each file may waste part of a cluster, each folder takes one; FATs take 1/128 each with 512-byte
  // clusters.
  const overhead = files.length * 64 * 1024 + payload / 50;
  return Math.max(33, Math.ceil((payload + overhead) / MIB) + 1) * MIB;
}

/** fatgen103, `DskTableFAT32`: sectors per cluster by the size of the disk, both in sectors. */
const CLUSTER_TABLE = [
  { upToSectors: 532_480, sectorsPerCluster: 1 }, // 260 MiB
  { upToSectors: 16_777_216, sectorsPerCluster: 8 }, // 8 GiB
  { upToSectors: 33_554_432, sectorsPerCluster: 16 }, // 16 GiB
  { upToSectors: 67_108_864, sectorsPerCluster: 32 }, // 32 GiB
  { upToSectors: 0xffffffff, sectorsPerCluster: 64 },
] as const;

function geometryOf(size: number): Geometry {
  const sectors = size / SECTOR_SIZE;
  const row = CLUSTER_TABLE.find(({ upToSectors }) => sectors <= upToSectors);
  if (row === undefined || !Number.isInteger(sectors)) {
    throw new Bq2Error(`Cannot make a FAT32 of ${size} bytes: wanted whole sectors, less than 2 TiB`, {
      code: "bad-fat-size",
    });
  }
  const { sectorsPerCluster } = row;
  const upperBound = Math.floor((sectors - RESERVED_SECTORS) / sectorsPerCluster) + FIRST_CLUSTER;
  const sectorsPerFat = Math.ceil((upperBound * 4) / SECTOR_SIZE); // may be too long, never too short
  const dataSectors = sectors - RESERVED_SECTORS - FAT_COPIES * sectorsPerFat;
  const clusters = Math.floor(dataSectors / sectorsPerCluster);
  if (clusters < FAT32_CLUSTERS_MIN) {
    throw new Bq2Error(
      `Cannot make a FAT32 of ${size} bytes: ${Math.max(clusters, 0)} clusters, at least ${FAT32_CLUSTERS_MIN} wanted`,
      { code: "bad-fat-size", hint: "use at least 33 MiB" },
    );
  }
  return { sectors, sectorsPerCluster, sectorsPerFat, clusters };
}

/** Boot sector and FSInfo, each with its backup. */
function writeReservedSectors(sink: Sink, options: Fat32Options, geometry: Geometry, used: number): void {
  const boot = BootSector.encode({
    jump: Uint8Array.of(0xeb, 0x58, 0x90), // jmp to the boot code at 0x5a; nop
    oemName: "BQ2",
    bytesPerSector: SECTOR_SIZE,
    sectorsPerCluster: geometry.sectorsPerCluster,
    reservedSectors: RESERVED_SECTORS,
    fatCopies: FAT_COPIES,
    media: MEDIA_FIXED,
    sectorsPerTrack: 63, // disks no longer have tracks; the largest values that BIOS calls can express
    heads: 255,
    hiddenSectors: options.hiddenSectors,
    totalSectors: geometry.sectors,
    sectorsPerFat: geometry.sectorsPerFat,
    rootCluster: FIRST_CLUSTER,
    fsInfoSector: FSINFO_SECTOR,
    backupBootSector: BACKUP_BOOT_SECTOR,
    driveNumber: 0x80,
    bootSignature: 0x29, // fatgen103, BS_BootSig: the next three fields are present
    volumeId: options.volumeId,
    label: options.label === "" ? NO_LABEL : options.label,
    typeName: "FAT32",
    bootCode: Uint8Array.of(0xf4, 0xeb, 0xfd), // hlt in a loop: this file system is for UEFI
    signature: 0xaa55,
  });
  const fsInfo = FsInfo.encode({
    leadSignature: 0x41615252,
    signature: 0x61417272,
    freeClusters: geometry.clusters - used,
    nextFreeCluster: used < geometry.clusters ? FIRST_CLUSTER + used : 0xffffffff, // all ones: unknown
    trailSignature: 0xaa550000,
  });
  for (const copy of [0, BACKUP_BOOT_SECTOR]) {
    sink.write(boot, copy * SECTOR_SIZE);
    sink.write(fsInfo, (copy + FSINFO_SECTOR) * SECTOR_SIZE);
  }
}

/** The used part of both FATs; the rest is zeros, which mean free. */
function writeFats(sink: Sink, geometry: Geometry, extents: readonly Extent[], used: number): void {
  const fat = new Uint8Array((FIRST_CLUSTER + used) * 4);
  const view = new DataView(fat.buffer);
  view.setUint32(0, 0x0fffff00 | MEDIA_FIXED, true); // fatgen103: FAT[0] repeats the media byte
  view.setUint32(4, END_OF_CHAIN, true); // FAT[1]: clean shutdown, no hard errors
  for (const { first, count } of extents) {
    const last = first + count - 1;
    for (let cluster = first; cluster < last; cluster++) view.setUint32(cluster * 4, cluster + 1, true);
    view.setUint32(last * 4, END_OF_CHAIN, true);
  }
  for (let copy = 0; copy < FAT_COPIES; copy++) {
    sink.write(fat, (RESERVED_SECTORS + copy * geometry.sectorsPerFat) * SECTOR_SIZE);
  }
}

function writeData(sink: Sink, geometry: Geometry, folders: readonly PlacedFolder[]): void {
  const dataStart = RESERVED_SECTORS + FAT_COPIES * geometry.sectorsPerFat;
  const offsetOf = (cluster: number) =>
    (dataStart + (cluster - FIRST_CLUSTER) * geometry.sectorsPerCluster) * SECTOR_SIZE;
  for (const folder of folders) {
    sink.write(folder.bytes, offsetOf(folder.firstCluster));
    for (const file of folder.files) {
      for (const range of file.content.ranges()) {
        sink.copy(file.content, range.offset, range.length, offsetOf(file.firstCluster) + range.offset);
      }
    }
  }
}
