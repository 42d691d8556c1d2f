/**
 * Two digests of a whole disk, computed as its bytes pass by.
 *
 * `raw` is the sha256 of all bytes, as `sha256sum` prints it for a raw image.
 *
 * `blocks` leaves out zeros. The disk is cut into blocks of 64 KiB, the last one possibly shorter. For each
 * block with a byte other than zero, in ascending order, the digest takes the block's offset as eight bytes,
 * least significant first, and then the block's bytes; at the end it takes the size of the disk as eight
 * bytes. It is the sha256 of all these. So two disks have the same digest exactly if they have the same
 * bytes, and a reader that knows where a disk has data need not read the rest.
 */
import { isZero } from "../base/bytes.ts";
import { struct, u64 } from "../base/struct.ts";
import type { Bulk, Hasher } from "../platform/platform.ts";
import { SparseHasher } from "../trees/content-sha256.ts";

export const DIGEST_BLOCK: number = 64 * 1024;

const Position = struct("position on a disk", 8, { bytes: u64 });

/** Lower-case hexadecimal. */
export interface DiskDigests {
  readonly raw: string;
  readonly blocks: string;
}

/**
 * Takes the parts of a disk that may hold data: ascending, each a whole number of blocks. The rest is zeros.
 */
export class DiskHasher {
  readonly #raw: Hasher;
  readonly #blocks: Hasher;
  readonly #sparse: SparseHasher;

  constructor(bulk: Pick<Bulk, "sha256">) {
    this.#raw = bulk.sha256();
    this.#sparse = new SparseHasher(this.#raw);
    this.#blocks = bulk.sha256();
  }

  add(bytes: Uint8Array, offset: number): void {
    this.#sparse.add(bytes, offset);
    for (let at = 0; at < bytes.length; at += DIGEST_BLOCK) {
      const block = bytes.subarray(at, at + DIGEST_BLOCK);
      if (isZero(block)) continue;
      this.#blocks.update(Position.encode({ bytes: offset + at }));
      this.#blocks.update(block);
    }
  }

  /** `size`: bytes of the whole disk. Nothing can be added afterwards. */
  finish(size: number): DiskDigests {
    this.#sparse.addZerosUpTo(size);
    this.#blocks.update(Position.encode({ bytes: size }));
    return { raw: this.#raw.digest(), blocks: this.#blocks.digest() };
  }
}
