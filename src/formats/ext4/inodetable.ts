/** Writes inodes, given in ascending order, several blocks of the inode table at a time. */
import type { Sink } from "../sink.ts";
import { BLOCK_SIZE, type Geometry, INODE_SIZE, INODES_PER_BLOCK } from "./geometry.ts";

const BUFFER_BLOCKS = 16;

export class InodeTableWriter {
  readonly #geometry: Geometry;
  readonly #sink: Sink;
  readonly #buffer = new Uint8Array(BUFFER_BLOCKS * BLOCK_SIZE);
  /** The buffer's offset on the disk; `undefined` while it is empty. */
  #offset: number | undefined;
  #usedBlocks = 0;

  constructor(geometry: Geometry, sink: Sink) {
    this.#geometry = geometry;
    this.#sink = sink;
  }

  /** The 256 bytes of inode `number`, to be filled before the next call. */
  place(number: number): Uint8Array {
    const offset = this.#offsetOf(number);
    let start = this.#offset ?? -1;
    let block = Math.floor((offset - start) / BLOCK_SIZE);
    // Only adjacent blocks are collected: there may be a backup superblock between two tables.
    if (start < 0 || block > this.#usedBlocks || block >= BUFFER_BLOCKS) {
      this.flush();
      start = offset - (offset % BLOCK_SIZE);
      block = 0;
      this.#offset = start;
    }
    this.#usedBlocks = block + 1;
    return this.#buffer.subarray(offset - start, offset - start + INODE_SIZE);
  }

  flush(): void {
    if (this.#offset === undefined) return;
    this.#sink.write(this.#buffer.subarray(0, this.#usedBlocks * BLOCK_SIZE), this.#offset);
    this.#buffer.fill(0);
    this.#offset = undefined;
  }

  /** Offset of inode `number` on the disk. */
  #offsetOf(number: number): number {
    const { inodesPerGroup, groups } = this.#geometry;
    const group = groups[Math.floor((number - 1) / inodesPerGroup)];
    if (group === undefined)
      throw new RangeError(`Cannot place inode ${number}: there are ${groups.length} groups`);
    const index = (number - 1) % inodesPerGroup;
    const block = group.inodeTable + Math.floor(index / INODES_PER_BLOCK);
    return block * BLOCK_SIZE + (index % INODES_PER_BLOCK) * INODE_SIZE;
  }
}
