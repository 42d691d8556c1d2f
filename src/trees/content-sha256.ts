import { dataChunks } from "../formats/chunks.ts";
import type { Content } from "../formats/tree.ts";
import type { Bulk, Hasher } from "../platform/platform.ts";

const ZEROS = new Uint8Array(1024 * 1024);

/** Hashes parts that arrive in ascending order. Everything between them counts as zeros. */
export class SparseHasher {
  readonly #hasher: Hasher;
  #done = 0;

  constructor(hasher: Hasher) {
    this.#hasher = hasher;
  }

  add(bytes: Uint8Array, offset: number): void {
    this.addZerosUpTo(offset);
    this.#hasher.update(bytes);
    this.#done = offset + bytes.length;
  }

  addZerosUpTo(end: number): void {
    while (this.#done < end) {
      const length = Math.min(ZEROS.length, end - this.#done);
      this.#hasher.update(ZEROS.subarray(0, length));
      this.#done += length;
    }
  }
}

/** All bytes of a content. Holes are not read, but count as zeros. */
export function hashContent(hasher: Hasher, content: Content): void {
  const sparse = new SparseHasher(hasher);
  for (const { bytes, offset } of dataChunks(content, 1)) sparse.add(bytes, offset);
  sparse.addZerosUpTo(content.size);
}

/** The sha256 of a content, in lower-case hexadecimal. */
export function contentSha256(bulk: Pick<Bulk, "sha256">, content: Content): string {
  const hasher = bulk.sha256();
  hashContent(hasher, content);
  return hasher.digest();
}
