/** The digest that the project promises of a disk: the sha256 of its raw bytes. */
import type { Content } from "../formats/tree.ts";
import type { Bulk } from "../platform/platform.ts";

const CHUNK = 1024 * 1024;

/**
 * The sha256 of a whole disk; holes are not read, but count as the zeros that they stand for. Lower-case
 * hexadecimal. `onProgress` gets the bytes done.
 */
export function digestDisk(
  bulk: Pick<Bulk, "sha256">,
  disk: Content,
  onProgress: (done: number) => void,
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
  for (const { offset, length } of disk.ranges()) {
    addZerosUpTo(offset);
    for (const end = offset + length; done < end; ) {
      const part = Math.min(buffer.length, end - done);
      disk.read(buffer, 0, part, done);
      hasher.update(buffer.subarray(0, part));
      done += part;
      onProgress(done);
    }
  }
  addZerosUpTo(disk.size);
  return hasher.digest();
}
