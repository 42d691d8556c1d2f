/**
 * The tables of a QCOW2 image, in memory while it is written: where each guest cluster is (L1, L2) and how
 * often each host cluster is used (reference counts). QEMU, docs/interop/qcow2.txt, "Cluster mapping" and
 * "Host cluster management".
 */
import { CLUSTER_BITS, CLUSTER_SIZE, QCOW2_SECTOR } from "./qcow2.ts";

const ENTRIES_PER_TABLE = CLUSTER_SIZE / 8; // L1, L2 and refcount table entries have 64 bits
const COUNTS_PER_BLOCK = CLUSTER_SIZE / 2; // 16 bits each
const HIGH = 2 ** 32;

// In the upper 32 bits of an entry.
const COPIED = 0x80000000; // bit 63: "refcount is exactly one"
const COMPRESSED = 0x40000000; // bit 62

/** "Compressed Clusters Descriptor": the sector count starts at bit 62 - (cluster_bits - 8). */
const SECTORS_SHIFT = 62 - (CLUSTER_BITS - 8) - 32;

/** The mapping of guest clusters; an L2 table exists only if it maps something. */
export class ClusterMap {
  readonly l1Entries: number;
  readonly #tables = new Map<number, DataView>();

  constructor(virtualSize: number) {
    this.l1Entries = Math.ceil(virtualSize / CLUSTER_SIZE / ENTRIES_PER_TABLE);
  }

  /** Guest cluster `index` is stored uncompressed at host `offset`. */
  setPlain(index: number, offset: number): void {
    this.#set(index, COPIED + Math.floor(offset / HIGH), offset % HIGH);
  }

  /** Guest cluster `index` is stored deflated, in `length` bytes at host `offset`. */
  setCompressed(index: number, offset: number, length: number): void {
    const firstSector = Math.floor(offset / QCOW2_SECTOR);
    const lastSector = Math.floor((offset + length - 1) / QCOW2_SECTOR);
    const additionalSectors = lastSector - firstSector;
    const high = COMPRESSED + additionalSectors * 2 ** SECTORS_SHIFT + Math.floor(offset / HIGH);
    this.#set(index, high, offset % HIGH);
  }

  /** The L2 tables in guest order, to be written from `offset` on, and the L1 table that points to them. */
  encode(offset: number): { readonly l2: readonly Uint8Array[]; readonly l1: Uint8Array } {
    const l1 = new Uint8Array(this.l1Entries * 8);
    const view = new DataView(l1.buffer);
    const l2: Uint8Array[] = [];
    for (const index of [...this.#tables.keys()].sort((a, b) => a - b)) {
      const table = this.#tables.get(index);
      if (table === undefined) continue;
      putEntry(view, index, COPIED, offset + l2.length * CLUSTER_SIZE);
      l2.push(new Uint8Array(table.buffer));
    }
    return { l2, l1 };
  }

  #set(index: number, high: number, low: number): void {
    const tableIndex = Math.floor(index / ENTRIES_PER_TABLE);
    let table = this.#tables.get(tableIndex);
    if (table === undefined) {
      table = new DataView(new ArrayBuffer(CLUSTER_SIZE));
      this.#tables.set(tableIndex, table);
    }
    const at = (index % ENTRIES_PER_TABLE) * 8;
    table.setUint32(at, high);
    table.setUint32(at + 4, low);
  }
}

/** How often each host cluster is used: once, or once for each compressed cluster that touches it. */
export class RefCounts {
  #counts = new Uint16Array(1024);

  add(offset: number, length: number): void {
    const first = Math.floor(offset / CLUSTER_SIZE);
    const last = Math.floor((offset + length - 1) / CLUSTER_SIZE);
    this.#reserve(last + 1);
    for (let cluster = first; cluster <= last; cluster++) {
      this.#counts[cluster] = (this.#counts[cluster] ?? 0) + 1;
    }
  }

  /**
   * The refcount table followed by its blocks, to be written at `offset`: the cluster-aligned end of the file
   * so far. They count themselves too.
   */
  encode(offset: number): { readonly bytes: Uint8Array; readonly tableClusters: number } {
    const { tableClusters, blocks } = sizeOfRefcounts(offset / CLUSTER_SIZE);
    this.add(offset, (tableClusters + blocks) * CLUSTER_SIZE);

    const bytes = new Uint8Array((tableClusters + blocks) * CLUSTER_SIZE);
    const view = new DataView(bytes.buffer);
    for (let block = 0; block < blocks; block++) {
      putEntry(view, block, 0, offset + (tableClusters + block) * CLUSTER_SIZE);
    }
    const countsAt = tableClusters * CLUSTER_SIZE;
    const used = Math.min(this.#counts.length, blocks * COUNTS_PER_BLOCK);
    for (let cluster = 0; cluster < used; cluster++) {
      view.setUint16(countsAt + 2 * cluster, this.#counts[cluster] ?? 0);
    }
    return { bytes, tableClusters };
  }

  #reserve(clusters: number): void {
    if (clusters <= this.#counts.length) return;
    const larger = new Uint16Array(Math.max(clusters, 2 * this.#counts.length));
    larger.set(this.#counts);
    this.#counts = larger;
  }
}

/** Clusters for the counts of `others` clusters and of themselves: increased until they suffice. */
function sizeOfRefcounts(others: number): { readonly tableClusters: number; readonly blocks: number } {
  let tableClusters = 1;
  let blocks = 1;
  for (;;) {
    const wantedBlocks = Math.ceil((others + tableClusters + blocks) / COUNTS_PER_BLOCK);
    const wantedTable = Math.ceil(wantedBlocks / ENTRIES_PER_TABLE);
    if (wantedBlocks <= blocks && wantedTable <= tableClusters) return { tableClusters, blocks };
    blocks = Math.max(blocks, wantedBlocks);
    tableClusters = Math.max(tableClusters, wantedTable);
  }
}

/** A table entry: flags in its upper 32 bits, and a cluster-aligned offset. */
function putEntry(view: DataView, index: number, highFlags: number, offset: number): void {
  view.setUint32(index * 8, highFlags + Math.floor(offset / HIGH));
  view.setUint32(index * 8 + 4, offset % HIGH);
}
