/**
 * The fields of SFTP's messages: big-endian integers, and strings of bytes after their length
 * (draft-ietf-secsh-filexfer-02, section 3; RFC 4251, section 5).
 */
import { concatBytes } from "../../base/bytes.ts";
import { Bq2Error } from "../../base/error.ts";
import { bytesToName, nameToBytes } from "../../base/text.ts";

/** The code of the error for a message that does not have the fields of its type. */
export const BAD_MESSAGE = "bad-message";

export function badMessage(problem: string): Bq2Error {
  return new Bq2Error(`Cannot read the message: ${problem}`, { code: BAD_MESSAGE });
}

/** Reads the fields of one message in order. Throws {@link badMessage} where the message is cut. */
export class FieldReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  /** A size or an offset; no file has one above 2^53. */
  u64(): number {
    const value = this.#view.getBigUint64(this.#take(8));
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw badMessage(`${value} is above 2^53`);
    return Number(value);
  }

  /** Valid as long as the message. */
  bytes(): Uint8Array {
    const length = this.u32();
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Any bytes, as a string (`base/text.ts`). */
  text(): string {
    return bytesToName(this.bytes());
  }

  path(): string {
    const path = this.text();
    if (path.includes("\0")) throw badMessage("a path contains NUL");
    return path;
  }

  /** Returns where the next `length` bytes begin, and skips them. */
  #take(length: number): number {
    const start = this.#at;
    if (length > this.#bytes.length - start) throw badMessage(`it ends after ${this.#bytes.length} bytes`);
    this.#at += length;
    return start;
  }
}

export function u8Field(value: number): Uint8Array {
  return Uint8Array.of(value);
}

export function u32Field(value: number): Uint8Array {
  const field = new Uint8Array(4);
  new DataView(field.buffer).setUint32(0, value);
  return field;
}

export function u64Field(value: number): Uint8Array {
  const field = new Uint8Array(8);
  new DataView(field.buffer).setBigUint64(0, BigInt(value));
  return field;
}

/** The two parts of a string of bytes. */
export function bytesField(bytes: Uint8Array): Uint8Array[] {
  return [u32Field(bytes.length), bytes];
}

export function textField(text: string): Uint8Array[] {
  return bytesField(nameToBytes(text));
}

/** A whole message, with its length in front. */
export function messageOf(fields: readonly Uint8Array[]): Uint8Array {
  const length = fields.reduce((sum, field) => sum + field.length, 0);
  return concatBytes([u32Field(length), ...fields]);
}
