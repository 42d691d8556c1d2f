/** Memory that the firmware and TypeScript share: words, text, and tables of functions. */
import { call, memory, type Word } from "bq2:firmware";
import { checkStatus } from "./status.ts";

export type { Word };

/** An address or a handle; 0n is none. */
export type Pointer = bigint;

/** Memory in place, not a copy. */
export function bytesAt(at: Pointer, size: number): Uint8Array {
  return new Uint8Array(memory(at, size));
}

export function viewAt(at: Pointer, size: number): DataView {
  return new DataView(memory(at, size));
}

/** The 64-bit word at `at + offset`. */
export function wordAt(at: Pointer, offset = 0): bigint {
  return viewAt(at + BigInt(offset), 8).getBigUint64(0, true);
}

/** UTF-16 ended by a NUL: the CHAR16 strings of UEFI 2.10, 2.3.1. */
export function utf16(text: string): Uint16Array {
  const units = new Uint16Array(text.length + 1);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return units;
}

/** The text up to the first NUL. */
export function fromUtf16(units: Uint16Array): string {
  let text = "";
  for (const unit of units) {
    if (unit === 0) break;
    text += String.fromCharCode(unit);
  }
  return text;
}

/** A word that a firmware function fills in. */
export class Result {
  readonly word: BigUint64Array;

  constructor(first = 0n) {
    this.word = BigUint64Array.of(first);
  }

  get value(): bigint {
    return this.word[0] ?? 0n;
  }
}

/** A firmware structure with addresses of functions: a table of services or a protocol. */
export class Interface {
  readonly at: Pointer;

  constructor(at: Pointer) {
    this.at = at;
  }

  /** The word at `offset`. */
  word(offset: number): bigint {
    return wordAt(this.at, offset);
  }

  /** Calls the service whose address is at `offset`; returns 0 or a warning. Throws {@link EfiError}. */
  service(task: string, offset: number, ...words: readonly Word[]): bigint {
    return checkStatus(task, call(this.word(offset), ...words));
  }

  /** The same for a protocol's function, whose first word is the protocol. */
  method(task: string, offset: number, ...words: readonly Word[]): bigint {
    return this.service(task, offset, this.at, ...words);
  }
}
