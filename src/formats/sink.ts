import type { Content } from "./tree.ts";

/** Where a writer of images puts its bytes: a file, or memory in tests. Unwritten parts are zeros. */
export interface Sink {
  write(bytes: Uint8Array, offset: number): void;
  /** Puts `length` bytes of `content`, from its byte `from` on, at `offset`. */
  copy(content: Content, from: number, length: number, offset: number): void;
}
