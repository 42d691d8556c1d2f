/** Puts the time before each line of a stream of bytes. Pure. */
import { concatBytes } from "../../base/bytes.ts";

const LINE_END = 0x0a;

/** A longer line is broken, so that a program that never ends a line needs no memory. */
export const LONGEST_LINE = 8192;

export class LineStamper {
  /** The beginning of a line whose end has not come. */
  #rest: Uint8Array = new Uint8Array();

  /** The whole lines in `bytes` and what was left before, each after `stamp`. */
  add(bytes: Uint8Array, stamp: Uint8Array): Uint8Array {
    const input = this.#rest.length === 0 ? bytes : concatBytes([this.#rest, bytes]);
    const pieces: Uint8Array[] = [];
    let start = 0;
    for (;;) {
      const found = input.indexOf(LINE_END, start);
      const end = found < 0 ? input.length : found;
      for (; end - start > LONGEST_LINE; start += LONGEST_LINE)
        pieces.push(stamp, input.subarray(start, start + LONGEST_LINE), END);
      if (found < 0) break;
      pieces.push(stamp, input.subarray(start, end + 1));
      start = end + 1;
    }
    this.#rest = input.slice(start);
    return concatBytes(pieces);
  }

  /** The line that has begun, as a whole line; empty if there is none. */
  end(stamp: Uint8Array): Uint8Array {
    const rest = this.#rest;
    this.#rest = new Uint8Array();
    return rest.length === 0 ? rest : concatBytes([stamp, rest, END]);
  }
}

const END = Uint8Array.of(LINE_END);
