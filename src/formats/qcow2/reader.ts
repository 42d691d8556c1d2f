/**
 * Reads the disk in a QCOW2 image (QEMU, docs/interop/qcow2.txt, "Cluster mapping").
 *
 * Subset: plain, zero and deflated clusters of any size; no backing file, encryption or incompatible feature.
 * Reference counts are ignored.
 */
import type { Bulk } from "../../platform/platform.ts";
import { QCOW2_HEADER_SIZE, QCOW2_SECTOR, readQcow2Header } from "./qcow2.ts";

/** Reads `length` bytes at `offset`; zeros beyond the end. */
export type ReadDisk = (offset: number, length: number) => Promise<Uint8Array>;

const ENTRY_SIZE = 8; // of the L1 and L2 tables
const OFFSET_MASK = 0x00ff_ffff_ffff_fe00n; // bits 9 to 55
const COMPRESSED = 1n << 62n;
const ALL_ZEROS = 1n; // bit 0 of a standard cluster

/**
 * The disk in an image; `undefined` if the image is outside the subset. `readFile` reads the image file's own
 * bytes.
 */
export async function qcow2Disk(
  readFile: ReadDisk,
  bulk: Pick<Bulk, "inflateRaw">,
): Promise<ReadDisk | undefined> {
  const header = readQcow2Header(await readFile(0, QCOW2_HEADER_SIZE));
  const { clusterBits, l1Offset, l1Entries } = header;
  const isPlain = header.cryptMethod === 0 && header.incompatibleFeatures === 0;
  if (!isPlain || header.backingFileOffset !== 0) return undefined;
  const clusterSize = 2 ** clusterBits;
  const entriesPerTable = clusterSize / ENTRY_SIZE;

  const entryAt = async (offset: number): Promise<bigint> => {
    const bytes = await readFile(offset, ENTRY_SIZE);
    return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
  };
  const readCluster = async (index: number): Promise<Uint8Array> => {
    const l1Index = Math.floor(index / entriesPerTable);
    const zeros = new Uint8Array(clusterSize);
    if (l1Index >= l1Entries) return zeros;
    const table = Number((await entryAt(l1Offset + l1Index * ENTRY_SIZE)) & OFFSET_MASK);
    if (table === 0) return zeros;
    const entry = await entryAt(table + (index % entriesPerTable) * ENTRY_SIZE);
    if ((entry & COMPRESSED) !== 0n) return readCompressed(entry);
    const offset = Number(entry & OFFSET_MASK);
    return offset === 0 || (entry & ALL_ZEROS) !== 0n ? zeros : readFile(offset, clusterSize);
  };
  /** "Compressed Clusters Descriptor": the offset's bits, then the number of sectors beyond the first. */
  const readCompressed = async (entry: bigint): Promise<Uint8Array> => {
    const offsetBits = BigInt(62 - (clusterBits - 8));
    const offset = Number(entry & ((1n << offsetBits) - 1n));
    const sectors = Number((entry & (COMPRESSED - 1n)) >> offsetBits) + 1;
    const length = sectors * QCOW2_SECTOR - (offset % QCOW2_SECTOR);
    return bulk.inflateRaw(await readFile(offset, length), clusterSize);
  };
  return async (offset, length) => {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const within = (offset + at) % clusterSize;
      const cluster = await readCluster(Math.floor((offset + at) / clusterSize));
      const part = cluster.subarray(within, within + length - at);
      out.set(part, at);
      at += clusterSize - within;
    }
    return out;
  };
}
