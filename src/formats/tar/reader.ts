/**
 * Reads a tar archive in chunks, without holding all of it: the caller pushes every chunk, and the handler is
 * called synchronously with the members and their bytes, which are not copied. (One await per member would
 * cost more than the member itself: a kernel tarball has 88,000.)
 */
import { concatBytes } from "../../base/bytes.ts";
import { paddingAfter } from "./header.ts";
import { damagedTar, type TarMember, type TarNeed, tarMembers } from "./members.ts";

export interface TarHandler {
  member(member: TarMember): void;
  /** Bytes of the last member, at its byte `offset`; valid during the call. Ascending, without holes. */
  data(bytes: Uint8Array, offset: number): void;
  /** All bytes of the last member have been passed. */
  memberEnd(): void;
}

const NOTHING = new Uint8Array(0);

/** Throws a Bq2Error `damaged-archive` from `push` or `end`, and whatever the handler throws. */
export class TarReader {
  readonly #handler: TarHandler;
  readonly #members = tarMembers();
  #need: TarNeed | undefined;
  /** Bytes of the next piece that arrived in earlier chunks. */
  #parts: Uint8Array[] = [];
  #partsLength = 0;
  /** Stored bytes of the current member that were passed on, and the padding bytes to skip after it. */
  #passed = 0;
  #padding = 0;
  /** Of a sparse member: the range being filled, and the stored bytes of the ranges before it. */
  #range = 0;
  #storedBefore = 0;

  constructor(handler: TarHandler) {
    this.#handler = handler;
    this.#need = this.#resume(NOTHING);
  }

  push(chunk: Uint8Array): void {
    let at = Math.min(this.#padding, chunk.length);
    this.#padding -= at;
    while (at < chunk.length && this.#need !== undefined) {
      if (this.#need.kind === "bytes") at = this.#collect(chunk, at, this.#need.length);
      else at = this.#takeData(chunk, at, this.#need.member);
    }
  }

  /** Must be called after the last chunk. */
  end(): void {
    if (this.#need?.kind === "member") {
      const { path, dataOffset } = this.#need.member;
      throw damagedTar({ member: path, offset: dataOffset + this.#passed }, "it ends within a member");
    }
    if (this.#need !== undefined) this.#resume(concatBytes(this.#parts));
  }

  /** Continues until bytes are needed: many members in a row may have none. */
  #resume(answer: Uint8Array): TarNeed | undefined {
    for (let given = answer; ; given = NOTHING) {
      const result = this.#members.next(given);
      if (result.done === true) return undefined;
      if (result.value.kind === "bytes") return result.value;
      this.#passed = 0;
      this.#range = 0;
      this.#storedBefore = 0;
      this.#handler.member(result.value.member);
      if (result.value.member.stored > 0) return result.value;
      this.#handler.memberEnd();
    }
  }

  #collect(chunk: Uint8Array, at: number, length: number): number {
    const end = Math.min(chunk.length, at + length - this.#partsLength);
    const part = chunk.subarray(at, end);
    if (this.#partsLength + part.length < length) {
      this.#parts.push(part.slice());
      this.#partsLength += part.length;
      return end;
    }
    const whole = this.#parts.length === 0 ? part : concatBytes([...this.#parts, part]);
    this.#parts = [];
    this.#partsLength = 0;
    this.#need = this.#resume(whole);
    return end;
  }

  #takeData(chunk: Uint8Array, at: number, member: TarMember): number {
    const end = Math.min(chunk.length, at + member.stored - this.#passed);
    if (member.kind === "file") this.#passOn(chunk.subarray(at, end), member);
    this.#passed += end - at;
    if (this.#passed < member.stored) return end;
    this.#handler.memberEnd();
    const padding = paddingAfter(member.stored);
    const next = Math.min(chunk.length, end + padding);
    this.#padding = padding - (next - end);
    this.#need = this.#resume(NOTHING);
    return next;
  }

  #passOn(bytes: Uint8Array, member: TarMember): void {
    if (member.ranges === undefined) {
      this.#handler.data(bytes, this.#passed);
      return;
    }
    for (let at = 0; at < bytes.length; ) {
      const range = member.ranges[this.#range];
      if (range === undefined) return; // cannot happen: the map was checked to cover all stored bytes
      const within = this.#passed + at - this.#storedBefore;
      const length = Math.min(range.length - within, bytes.length - at);
      this.#handler.data(bytes.subarray(at, at + length), range.offset + within);
      at += length;
      if (within + length === range.length) {
        this.#range++;
        this.#storedBefore += range.length;
      }
    }
  }
}

/** Reads a whole archive from `chunks`. */
export async function readTar(chunks: AsyncIterable<Uint8Array>, handler: TarHandler): Promise<void> {
  const reader = new TarReader(handler);
  for await (const chunk of chunks) reader.push(chunk);
  reader.end();
}
