/**
 * QCOW2 images, version 3 (QEMU, docs/interop/qcow2.txt): the header, read and written, and the constants
 * that writer and reader share.
 *
 * Subset: 64 KiB clusters, 16-bit reference counts, deflate; no backing file, snapshots, encryption,
 * bitmaps or header extensions.
 */
import { Bq2Error } from "../../base/error.ts";
import { reserved, struct, u8, u32be, u64be } from "../../base/struct.ts";

export const CLUSTER_BITS = 16; // qemu-img's default
export const CLUSTER_SIZE = 2 ** CLUSTER_BITS;
export const QCOW2_SECTOR = 512;

const MAGIC = 0x514649fb; // "QFI\xfb"
const VERSION = 3;
const V2_LENGTH = 72; // version 2 ends before `incompatibleFeatures`
const LEAST_CLUSTER_BITS = 9; // qcow2.txt, "Header": "Must not be less than 9"
const MOST_CLUSTER_BITS = 21; // QEMU, block/qcow2.h: MAX_CLUSTER_BITS
const REFCOUNT_ORDER = 4; // 2^4 bits a count

/** qcow2.txt, "Header", including the fields of version 3. */
const Header = struct("QCOW2 header", 112, {
  magic: u32be,
  version: u32be,
  backingFileOffset: u64be,
  backingFileSize: u32be,
  clusterBits: u32be,
  virtualSize: u64be,
  cryptMethod: u32be,
  l1Entries: u32be,
  l1Offset: u64be,
  refcountTableOffset: u64be,
  refcountTableClusters: u32be,
  snapshotCount: u32be,
  snapshotsOffset: u64be,
  incompatibleFeatures: u64be,
  compatibleFeatures: u64be,
  autoclearFeatures: u64be,
  refcountOrder: u32be,
  headerLength: u32be,
  compressionType: u8,
  padding: reserved(7),
});

export const QCOW2_HEADER_SIZE: number = Header.size;

export interface Qcow2Layout {
  readonly virtualSize: number;
  readonly l1Entries: number;
  readonly l1Offset: number;
  readonly refcountTableOffset: number;
  readonly refcountTableClusters: number;
}

/** One cluster: the header, and zeros, which end the list of header extensions. */
export function encodeQcow2Header(layout: Qcow2Layout): Uint8Array {
  const cluster = new Uint8Array(CLUSTER_SIZE);
  Header.encodeInto(cluster, 0, {
    ...layout,
    magic: MAGIC,
    version: VERSION,
    clusterBits: CLUSTER_BITS,
    refcountOrder: REFCOUNT_ORDER,
    headerLength: Header.size,
  });
  return cluster;
}

/**
 * Decodes the header from the first {@link QCOW2_HEADER_SIZE} bytes of an image. Fields that version 2 lacks
 * are 0. Throws {@link Bq2Error} `damaged-image`.
 */
export function readQcow2Header(start: Uint8Array): ReturnType<typeof Header.decode> {
  const padded = new Uint8Array(Header.size);
  padded.set(start.subarray(0, start[7] === VERSION ? Header.size : V2_LENGTH)); // the version's lowest byte
  try {
    const header = Header.decode(padded);
    const { clusterBits } = header;
    if (clusterBits < LEAST_CLUSTER_BITS || clusterBits > MOST_CLUSTER_BITS)
      throw damaged(`clusters of 2^${clusterBits} bytes`);
    return header;
  } catch (error) {
    if (error instanceof RangeError) throw damaged(error.message); // a 64-bit field beyond 2^53
    throw error;
  }
}

/** The format that a disk image states. */
export type DiskFormat =
  | { readonly format: "qcow2"; readonly version: number; readonly virtualSize: number }
  | { readonly format: "raw" };

/**
 * The format of a disk image, from its first {@link QCOW2_HEADER_SIZE} bytes (fewer if it is shorter).
 * Anything that does not begin like a QCOW2 is raw. Throws {@link Bq2Error} `damaged-image` if the header of
 * a QCOW2 is truncated or states impossible sizes.
 */
export function readDiskFormat(start: Uint8Array): DiskFormat {
  const magic = Uint8Array.of(0x51, 0x46, 0x49, 0xfb);
  if (start.length < 4 || magic.some((byte, i) => start[i] !== byte)) return { format: "raw" };
  if (start.length < V2_LENGTH) throw damaged(`${start.length} bytes, ${V2_LENGTH} wanted`);
  const { version, virtualSize } = readQcow2Header(start);
  return { format: "qcow2", version, virtualSize };
}

function damaged(found: string): Bq2Error {
  return new Bq2Error(`Cannot read QCOW2 header: ${found}`, {
    code: "damaged-image",
    hint: "make the image again",
  });
}
