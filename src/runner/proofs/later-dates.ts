/**
 * Finds dates in built files that come from the clock. The plan's epoch is the day of the youngest source,
 * so a date from a source is never later.
 */
import { bytesToName } from "../../base/text.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY = 86400;
/** Bytes of a date; its year is at the end of `Jul 14 2025` and at the start of `2025-07-14`. */
const LENGTH = 11;
const BEFORE_YEAR = "Jul 14 ".length;
const TWO = 0x32;
const ZERO = 0x30;

/**
 * Every date in `bytes` after the day of `epoch` (seconds), once each, in the form of C's `__DATE__` (C11,
 * 6.10.8.1) or as an ISO 8601 calendar date.
 */
export function laterDates(bytes: Uint8Array, epoch: number): string[] {
  const found = new Set<string>();
  for (let at = bytes.indexOf(TWO); at >= 0; at = bytes.indexOf(TWO, at + 1)) {
    if (bytes[at + 1] !== ZERO) continue;
    const start = at - BEFORE_YEAR;
    const dates = [
      start < 0 ? undefined : cDate(bytesToName(bytes.subarray(start, start + LENGTH))),
      isoDate(bytesToName(bytes.subarray(at, at + LENGTH))),
    ];
    for (const date of dates) {
      if (date !== undefined && Math.floor(date.seconds / DAY) > Math.floor(epoch / DAY))
        found.add(date.text);
    }
  }
  return [...found];
}

interface FoundDate {
  readonly text: string;
  readonly seconds: number;
}

function cDate(text: string): FoundDate | undefined {
  const [date, month = "", day, year] = /^([A-Z][a-z]{2}) ([ 1-3]\d) (20\d\d)$/.exec(text) ?? [];
  return date === undefined || !MONTHS.includes(month)
    ? undefined
    : dated(date, Number(year), MONTHS.indexOf(month), Number(day));
}

function isoDate(text: string): FoundDate | undefined {
  const [date, year, month, day] = /^(20\d\d)-(0[1-9]|1[0-2])-([0-3]\d)(?!\d)/.exec(text) ?? [];
  return date === undefined ? undefined : dated(date, Number(year), Number(month) - 1, Number(day));
}

function dated(text: string, year: number, month: number, day: number): FoundDate {
  return { text, seconds: Date.UTC(year, month, day) / 1000 };
}
