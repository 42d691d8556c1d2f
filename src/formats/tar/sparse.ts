/**
 * Maps of sparse files in pax archives: GNU's formats 0.0, 0.1 and 1.0, reading only (GNU tar manual,
 * "Storing Sparse Files"). A map is a list of ranges that hold data; the archive stores just those.
 */
import type { PaxRecord } from "./pax.ts";

export interface DataRange {
  readonly offset: number;
  readonly length: number;
}

/** Format 0.0: a record for each offset, followed by one for its length. `undefined` if there are none. */
export function sparseMapOfRecords(records: readonly PaxRecord[]): DataRange[] | undefined {
  const offsets = records.filter((record) => record.key === "GNU.sparse.offset");
  const lengths = records.filter((record) => record.key === "GNU.sparse.numbytes");
  if (offsets.length === 0 && lengths.length === 0) return undefined;
  return pairs(interleave(offsets, lengths).map((record) => parseDecimal(record.value)));
}

function interleave(first: readonly PaxRecord[], second: readonly PaxRecord[]): PaxRecord[] {
  if (first.length !== second.length) throw new RangeError("a sparse map with unpaired numbers");
  return first.flatMap((record, i) => [record, second[i] as PaxRecord]);
}

/** Format 0.1: all numbers in one record, separated by commas. */
export function sparseMapOfText(value: Uint8Array): DataRange[] {
  return pairs(split(value, COMMA).map(parseDecimal));
}

const COMMA = 0x2c;
const NEWLINE = 0x0a;

/** Format 1.0: the map precedes the data, with one number per line; the first is the number of ranges. */
export function sparseMapOfBody(bytes: Uint8Array): DataRange[] {
  const lines = split(bytes, NEWLINE);
  return pairs(lines.slice(1, 1 + 2 * sparseCountOfBody(bytes)).map(parseDecimal));
}

/** The number of ranges in the map of format 1.0 that starts with `bytes`. */
export function sparseCountOfBody(bytes: Uint8Array): number {
  return parseDecimal(bytes.subarray(0, Math.max(0, bytes.indexOf(NEWLINE))));
}

/**
 * The ranges without empty ones; throws `RangeError` unless they ascend, are within `size` and hold `stored`
 * bytes in total.
 */
export function checkedSparseMap(ranges: readonly DataRange[], size: number, stored: number): DataRange[] {
  let end = 0;
  let total = 0;
  for (const range of ranges) {
    const isInOrder = range.offset >= end && range.length >= 0 && range.offset + range.length <= size;
    if (!isInOrder) throw new RangeError("a sparse map out of order");
    end = range.offset + range.length;
    total += range.length;
  }
  if (total !== stored) throw new RangeError(`a sparse map of ${total} bytes for ${stored} stored`);
  return ranges.filter((range) => range.length > 0);
}

function pairs(numbers: readonly number[]): DataRange[] {
  if (numbers.length % 2 !== 0) throw new RangeError("a sparse map with unpaired numbers");
  const ranges: DataRange[] = [];
  for (let i = 0; i < numbers.length; i += 2) {
    ranges.push({ offset: numbers[i] as number, length: numbers[i + 1] as number });
  }
  return ranges;
}

function split(bytes: Uint8Array, separator: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let start = 0;
  for (let at = bytes.indexOf(separator); at >= 0; at = bytes.indexOf(separator, start)) {
    parts.push(bytes.subarray(start, at));
    start = at + 1;
  }
  parts.push(bytes.subarray(start));
  return parts;
}

/** A whole number of at most 2^53 in decimal digits; throws `RangeError` on anything else. */
export function parseDecimal(value: Uint8Array): number {
  const text = value.length > 20 ? "" : String.fromCharCode(...value);
  const number = Number(text);
  if (!/^[0-9]+$/.test(text) || !Number.isSafeInteger(number)) throw new RangeError("an invalid pax number");
  return number;
}
