/**
 * Writes a QCOW2 image from the bytes of a raw disk, plain or compressed.
 *
 * The file: header, data in guest order, L2 tables, L1 table, reference counts. A cluster of zeros takes no
 * space, whether or not the source has a hole there, so the bytes depend only on the disk's contents. The
 * header is written last: until then the file is not a QCOW2.
 */
import { alignUp, isZero } from "../../base/bytes.ts";
import { Bq2Error } from "../../base/error.ts";
import type { Bulk } from "../../platform/platform.ts";
import { dataChunks } from "../chunks.ts";
import type { Sink } from "../sink.ts";
import type { Content } from "../tree.ts";
import { CLUSTER_SIZE, encodeQcow2Header, QCOW2_SECTOR } from "./qcow2.ts";
import { ClusterMap, RefCounts } from "./tables.ts";

export interface Qcow2Options {
  readonly compress: boolean;
  /** Compresses clusters; the number compressed at once does not affect the bytes. */
  readonly bulk: Pick<Bulk, "deflateRaw">;
  /**
   * Called with the parts of the disk that are read: ascending, in whole clusters (only the disk's last may
   * be shorter). Everything between them is zeros.
   */
  readonly onData?: (bytes: Uint8Array, offset: number) => void;
}

const WINDOW_BITS = 12; // qcow2.txt, "Compressed Clusters Descriptor": QEMU inflates with a 4 KiB window
const LEVEL = 6; // zlib's default, and qemu-img's
const SAMPLES = 4;
const SAMPLE_SIZE = 1024;
/** Clusters read ahead of the one being stored: enough work for several cores, 8 MiB of memory. */
const CLUSTERS_AHEAD = 64;

/** A guest cluster that holds data. `stored`: its compressed form, or its own bytes if that is no shorter. */
interface Cluster {
  readonly index: number;
  readonly stored: Promise<Uint8Array> | Uint8Array;
}

/**
 * Writes `disk` (a multiple of 512 bytes) as QCOW2. Returns the length to which the caller must extend the
 * file: zeros at its end may not have been written.
 */
export async function writeQcow2(disk: Content, sink: Sink, options: Qcow2Options): Promise<number> {
  if (disk.size === 0 || disk.size % QCOW2_SECTOR !== 0) {
    throw new Bq2Error(`Cannot write QCOW2: a multiple of 512 bytes is wanted, the disk has ${disk.size}`, {
      code: "bad-disk-size",
    });
  }
  const map = new ClusterMap(disk.size);
  const counts = new RefCounts();
  const allocator = new Allocator(counts);

  const store = async ({ index, stored }: Cluster) => {
    const bytes = stored instanceof Uint8Array ? stored : await stored;
    if (bytes.length === CLUSTER_SIZE) {
      const offset = allocator.clusters(1);
      map.setPlain(index, offset);
      sink.write(bytes, offset);
    } else {
      const offset = allocator.bytes(bytes.length);
      map.setCompressed(index, offset, bytes.length);
      sink.write(bytes, offset);
    }
  };

  const underWay: Cluster[] = [];
  for (const cluster of dataClusters(disk, options)) {
    underWay.push(cluster);
    const first = underWay.length > CLUSTERS_AHEAD ? underWay.shift() : undefined;
    if (first !== undefined) await store(first);
  }
  for (const cluster of underWay) await store(cluster);
  return writeTables({ virtualSize: disk.size, map, counts, allocator, sink });
}

/** Clusters with a byte that is not zero, in guest order. */
function* dataClusters(disk: Content, options: Qcow2Options): Generator<Cluster> {
  for (const { bytes, offset } of dataChunks(disk, CLUSTER_SIZE)) {
    options.onData?.(bytes, offset);
    for (let at = 0; at < bytes.length; at += CLUSTER_SIZE) {
      const cluster = wholeCluster(bytes.subarray(at, at + CLUSTER_SIZE));
      if (isZero(cluster)) continue;
      const stored = options.compress ? compressed(cluster, options.bulk) : cluster;
      yield { index: (offset + at) / CLUSTER_SIZE, stored };
    }
  }
}

/** Padded with zeros if the disk ends within it. */
function wholeCluster(bytes: Uint8Array): Uint8Array {
  if (bytes.length === CLUSTER_SIZE) return bytes;
  const whole = new Uint8Array(CLUSTER_SIZE);
  whole.set(bytes);
  return whole;
}

/**
 * A sixteenth of a cluster. If it does not shrink, the cluster is assumed to be compressed already (part of
 * an archive, say) and not worth sixteen times the work.
 */
function sampleOf(cluster: Uint8Array): Uint8Array {
  const sample = new Uint8Array(SAMPLES * SAMPLE_SIZE);
  for (let i = 0; i < SAMPLES; i++) {
    const at = (i * CLUSTER_SIZE) / SAMPLES;
    sample.set(cluster.subarray(at, at + SAMPLE_SIZE), i * SAMPLE_SIZE);
  }
  return sample;
}

async function compressed(cluster: Uint8Array, bulk: Pick<Bulk, "deflateRaw">): Promise<Uint8Array> {
  const sample = sampleOf(cluster);
  const deflatedSample = await bulk.deflateRaw(sample, { level: 1, windowBits: WINDOW_BITS, last: true });
  if (deflatedSample.length >= sample.length) return cluster;
  const deflated = await bulk.deflateRaw(cluster, { level: LEVEL, windowBits: WINDOW_BITS, last: true });
  return deflated.length < CLUSTER_SIZE ? deflated : cluster;
}

/** Allocates host clusters in order; compressed clusters share them, byte by byte. */
class Allocator {
  /** The first unallocated host byte; cluster-aligned. */
  end = CLUSTER_SIZE; // the header's cluster
  readonly #counts: RefCounts;
  #nextByte = 0;
  /** End of the clusters that more compressed bytes may fill. */
  #bytesEnd = 0;

  constructor(counts: RefCounts) {
    this.#counts = counts;
    counts.add(0, CLUSTER_SIZE);
  }

  clusters(count: number): number {
    const offset = this.end;
    this.end += count * CLUSTER_SIZE;
    this.#counts.add(offset, count * CLUSTER_SIZE);
    return offset;
  }

  bytes(length: number): number {
    const fits = this.#nextByte + length <= this.#bytesEnd;
    if (!fits) {
      const canGrow = this.#bytesEnd === this.end; // false: plain clusters follow
      if (!canGrow) this.#nextByte = this.end;
      this.end = alignUp(this.#nextByte + length, CLUSTER_SIZE);
      this.#bytesEnd = this.end;
    }
    const offset = this.#nextByte;
    this.#nextByte += length;
    this.#counts.add(offset, length);
    return offset;
  }
}

function writeTables(image: {
  readonly virtualSize: number;
  readonly map: ClusterMap;
  readonly counts: RefCounts;
  readonly allocator: Allocator;
  readonly sink: Sink;
}): number {
  const { virtualSize, map, counts, allocator, sink } = image;
  const l2Offset = allocator.end;
  const { l2, l1 } = map.encode(l2Offset);
  for (const table of l2) sink.write(table, allocator.clusters(1));
  const l1Offset = allocator.clusters(Math.max(1, Math.ceil(l1.length / CLUSTER_SIZE)));
  sink.write(l1, l1Offset);

  const refcountTableOffset = allocator.end;
  const refcounts = counts.encode(refcountTableOffset);
  sink.write(refcounts.bytes, refcountTableOffset);
  const header = encodeQcow2Header({
    virtualSize,
    l1Entries: map.l1Entries,
    l1Offset,
    refcountTableOffset,
    refcountTableClusters: refcounts.tableClusters,
  });
  sink.write(header, 0);
  return refcountTableOffset + refcounts.bytes.length;
}
