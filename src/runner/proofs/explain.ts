/**
 * Classifies the difference between two versions of a file, as a hint at its cause. Not a diff: it looks
 * only at the first difference, and for the usual causes (https://reproducible-builds.org/docs/).
 */
import { indexOfBytes } from "../../base/bytes.ts";
import { nameToBytes } from "../../base/text.ts";

/** A condition that differed between the two builds, with the words that would show it in a file. */
export interface Condition {
  /** Such as `the workspace folder`. */
  readonly name: string;
  readonly first: string;
  readonly second: string;
}

/** Bytes searched for a date on either side of the first difference: `Mon Jul 14 00:00:00 UTC 2025`. */
const WINDOW = 28;
/** Texts that change from one second, day or year to the next. */
const DATE = /\d\d:\d\d|\b20\d\d\b|\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b/;
/** Seconds since 1970 that a current build may write: 2025 to 2032. Other numbers are hardly times. */
const TIMES = { from: 1735689600, to: 1956528000 };

/** The kind of difference, such as `it names the workspace folder`. The contents must differ. */
export function explainContents(a: Uint8Array, b: Uint8Array, conditions: readonly Condition[]): string {
  const named = conditions.find(
    ({ first, second }) =>
      mentions(a, first) !== mentions(b, first) || mentions(a, second) !== mentions(b, second),
  );
  if (named !== undefined) return `it names ${named.name} (${named.first}, and ${named.second})`;
  const unlike = a.findIndex((byte, i) => byte !== b[i]);
  const at = unlike < 0 ? a.length : unlike;
  const where = `at byte ${at} of ${a.length}${a.length === b.length ? "" : `, and ${b.length}`}`;
  if (a.length === b.length && haveSameBytes(a, b))
    return `the same bytes in a different order, first ${where}`;
  if ([a, b].every((bytes) => DATE.test(textAround(bytes, at)))) return `a date or a time of day ${where}`;
  if (secondsAt(a, at) !== undefined && secondsAt(b, at) !== undefined) return `a time in seconds ${where}`;
  return a.length === b.length
    ? `different bytes, first ${where}`
    : `different length, first difference ${where}`;
}

function mentions(bytes: Uint8Array, word: string): boolean {
  return word !== "" && indexOfBytes(bytes, nameToBytes(word)) >= 0;
}

function haveSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  const counts = new Int32Array(256);
  for (const byte of a) counts[byte] = (counts[byte] ?? 0) + 1;
  for (const byte of b) counts[byte] = (counts[byte] ?? 0) - 1;
  return counts.every((count) => count === 0);
}

function textAround(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(Math.max(0, at - WINDOW), at + WINDOW));
}

/** A 32-bit little-endian number that includes the byte `at` and may be a time. */
function secondsAt(bytes: Uint8Array, at: number): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let start = Math.max(0, at - 3); start <= at && start + 4 <= bytes.length; start++) {
    const value = view.getUint32(start, true);
    if (value >= TIMES.from && value < TIMES.to) return value;
  }
  return undefined;
}
