import { alignUp } from "../base/bytes.ts";
import type { Content } from "./tree.ts";

/** Some bytes of a content, and their offset in it. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly offset: number;
}

const READ_SIZE = 1024 * 1024;

/**
 * Reads the parts of `content` that may hold data, in ascending chunks of up to 1 MiB. Chunks are whole
 * blocks of `blockSize` bytes (a divisor of 1 MiB); only the content's last block may be shorter. Everything
 * between the chunks is zeros and is not read. The caller may keep each chunk's bytes.
 */
export function* dataChunks(content: Content, blockSize: number): Generator<Chunk> {
  let done = 0; // a block that two ranges touch is read once
  for (const range of content.ranges()) {
    const end = Math.min(alignUp(range.offset + range.length, blockSize), content.size);
    for (let at = Math.max(done, range.offset - (range.offset % blockSize)); at < end; at = done) {
      done = Math.min(at + READ_SIZE, end);
      const bytes = new Uint8Array(done - at);
      content.read(bytes, 0, bytes.length, at);
      yield { bytes, offset: at };
    }
  }
}
