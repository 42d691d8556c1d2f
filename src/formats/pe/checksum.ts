/**
 * The checksum of a PE image (Microsoft PE Format, "Optional Header": the algorithm of IMAGHELP.DLL): the
 * 16-bit ones' complement sum of the file, its own field counted as zero, plus the file's length.
 */
export class PeChecksum {
  #sum = 0;
  #length = 0;

  /** Adds the next bytes of the file; every part but the last must have an even length. */
  update(bytes: Uint8Array): void {
    const even = bytes.length - (bytes.length % 2);
    let sum = this.#sum;
    for (let i = 0; i < even; i += 2) {
      sum += (bytes[i] ?? 0) + (bytes[i + 1] ?? 0) * 256; // stays exact: 2^53 / 2^16 words
    }
    if (even < bytes.length) sum += bytes[even] ?? 0;
    this.#sum = fold(sum);
    this.#length += bytes.length;
  }

  value(): number {
    return this.#sum + this.#length;
  }
}

/** Adds carries out of 16 bits back in. */
function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000);
  return folded;
}
