/** When to restart a program that has ended, and when to try its fallback instead. Pure. */

/** A program that ends sooner than this has not worked. */
const QUICK_SECONDS = 2;

/** The program is restarted at once this often; after that come its fallback and waits. */
const QUICK_ENDS_AT_MOST = 3;

const LONGEST_WAIT_SECONDS = 60;

/** How often in a row the program has ended too soon, after another run of `seconds`. */
export function countQuickEnds(before: number, seconds: number): number {
  return seconds < QUICK_SECONDS ? before + 1 : 0;
}

/** True if the fallback should be tried. */
export function isHopeless(quickEnds: number): boolean {
  return quickEnds >= QUICK_ENDS_AT_MOST;
}

/** Seconds to wait before the next start: none, then 1, 2, 4… up to a minute. */
export function waitBeforeStart(quickEnds: number): number {
  if (quickEnds <= QUICK_ENDS_AT_MOST) return 0;
  return Math.min(2 ** (quickEnds - QUICK_ENDS_AT_MOST - 1), LONGEST_WAIT_SECONDS);
}
