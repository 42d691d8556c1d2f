/**
 * Allocates blocks in ascending order, around the metadata. Blocks are never freed, so one number tells which
 * are in use: all below {@link BlockAllocator.next}, and the metadata.
 */
import type { Geometry, Region } from "./geometry.ts";

export class BlockAllocator {
  readonly #geometry: Geometry;
  #next = 0;
  #region = 0;

  constructor(geometry: Geometry) {
    this.#geometry = geometry;
    this.#skipMetadata();
  }

  /** The next block to be allocated. */
  get next(): number {
    return this.#next;
  }

  /**
   * Allocates `count` blocks, in as few contiguous runs as the metadata between them allows. Throws
   * `RangeError` if too few are left.
   */
  take(count: number): Region[] {
    const runs: Region[] = [];
    let left = count;
    while (left > 0) {
      const end = this.#geometry.metadata[this.#region]?.start ?? this.#geometry.blocks;
      const taken = Math.min(left, end - this.#next);
      if (taken <= 0)
        throw new RangeError(`Cannot take ${left} more blocks: all ${this.#geometry.blocks} are in use`);
      runs.push({ start: this.#next, count: taken });
      this.#next += taken;
      left -= taken;
      this.#skipMetadata();
    }
    return runs;
  }

  takeOne(): number {
    return (this.take(1)[0] as Region).start;
  }

  #skipMetadata(): void {
    for (;;) {
      const region = this.#geometry.metadata[this.#region];
      if (region === undefined || region.start !== this.#next) return;
      this.#next += region.count;
      this.#region++;
    }
  }
}
