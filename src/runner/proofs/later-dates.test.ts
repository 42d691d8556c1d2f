import { assert, test } from "../../base/testing.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { laterDates } from "./later-dates.ts";

const EPOCH = Date.UTC(2025, 6, 14, 12) / 1000;
const datesIn = (text: string): string[] => laterDates(encodeUtf8(text), EPOCH);

test("dates after the epoch's day are found, in C's form and in ISO 8601's", () => {
  assert.equal(datesIn("built Nov 24 2026\u0000, Jul 15 2025, again Nov 24 2026"), [
    "Nov 24 2026",
    "Jul 15 2025",
  ]);
  assert.equal(datesIn("Aug  3 2025"), ["Aug  3 2025"]);
  assert.equal(datesIn("2026-11-24T18:48:58Z"), ["2026-11-24"]);
  assert.equal(datesIn("2026-11-24"), ["2026-11-24"]);
});

test("older dates, the epoch's own and other numbers are not found", () => {
  assert.equal(datesIn("Jul 14 2025 2025-07-14 Dec 31 1999 2003-01-01"), []);
  assert.equal(datesIn("2026-13-01 2026-11-241 Foo 24 2026 20 2026 220 2026-1-1"), []);
});
