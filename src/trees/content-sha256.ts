/** The sha256 of contents: of a raw disk it is the digest that the project promises. */
import type { Content } from "../formats/tree.ts";
import type { Bulk } from "../platform/platform.ts";

const CHUNK = 1024 * 1024;

/** Holes are not read, but count as the zeros that they stand for. Lower-case hexadecimal. `onProgress` gets the bytes done. */
export function contentSha256(
  bulk: Pick<Bulk, "sha256">,
  content: Content,
  onProgress: (done: number) => void = () => {},
): string {
  const hasher = bulk.sha256();
  const buffer = new Uint8Array(CHUNK);
  const zeros = new Uint8Array(CHUNK);
  let done = 0;
  const addZerosUpTo = (end: number) => {
    for (; done < end; done += Math.min(zeros.length, end - done)) {
      hasher.update(zeros.subarray(0, Math.min(zeros.length, end - done)));
      onProgress(done);
    }
  };
  for (const { offset, length } of content.ranges()) {
    addZerosUpTo(offset);
    for (const end = offset + length; done < end; ) {
      const part = Math.min(buffer.length, end - done);
      content.read(buffer, 0, part, done);
      hasher.update(buffer.subarray(0, part));
      done += part;
      onProgress(done);
    }
  }
  addZerosUpTo(content.size);
  return hasher.digest();
}
