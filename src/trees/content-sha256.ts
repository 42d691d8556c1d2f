import { dataChunks } from "../formats/chunks.ts";
import type { Content } from "../formats/tree.ts";
import type { Bulk } from "../platform/platform.ts";

const CHUNK = 1024 * 1024;

/** The sha256 of a content, in lower-case hexadecimal. Holes are not read, but count as zeros. */
export function contentSha256(bulk: Pick<Bulk, "sha256">, content: Content): string {
  const hasher = bulk.sha256();
  const zeros = new Uint8Array(CHUNK);
  let done = 0;
  const addZerosUpTo = (end: number) => {
    for (; done < end; done += Math.min(zeros.length, end - done)) {
      hasher.update(zeros.subarray(0, Math.min(zeros.length, end - done)));
    }
  };
  for (const { bytes, offset } of dataChunks(content, 1)) {
    addZerosUpTo(offset);
    hasher.update(bytes);
    done = offset + bytes.length;
  }
  addZerosUpTo(content.size);
  return hasher.digest();
}
