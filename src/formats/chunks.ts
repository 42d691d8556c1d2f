import { alignUp } from "../base/bytes.ts";
import type { Content } from "./tree.ts";

/** Some bytes of a content and where they lie in it. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly offset: number;
}

const READ_SIZE = 1024 * 1024;

/**
 * All of `content` that may hold data, ascending, in chunks of up to 1 MiB: whole blocks of `blockSize` (a divisor of
 * 1 MiB), the last of the content possibly shorter. What lies in no chunk is zeros, and is not read. Each chunk's
 * bytes are the caller's to keep.
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
