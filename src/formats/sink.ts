import type { Content } from "./tree.ts";

/** Where an image writer puts its bytes: a file, or memory in tests. Parts that are not written are zeros. */
export interface Sink {
  write(bytes: Uint8Array, offset: number): void;
  /** Writes `length` bytes of `content`, starting at its byte `from`, to `offset`. */
  copy(content: Content, from: number, length: number, offset: number): void;
}
