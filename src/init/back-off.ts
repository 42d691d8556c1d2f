/** When a program that has ended is started again, and when something else is tried in its place. Pure. */

/** A program that lives shorter than this has not worked. */
const QUICK_SECONDS = 2;

/** As often it is started again at once; then comes what is to take its place, and waiting. */
const QUICK_ENDS_AT_MOST = 3;

const LONGEST_WAIT_SECONDS = 60;

/** How often in a row it has ended at once, after one more life of `seconds`. */
export function countQuickEnds(before: number, seconds: number): number {
  return seconds < QUICK_SECONDS ? before + 1 : 0;
}

/** True where something else should be tried. */
export function isHopeless(quickEnds: number): boolean {
  return quickEnds >= QUICK_ENDS_AT_MOST;
}

/** Seconds to wait before the next start: none, then 1, 2, 4… up to a minute. */
export function waitBeforeStart(quickEnds: number): number {
  if (quickEnds <= QUICK_ENDS_AT_MOST) return 0;
  return Math.min(2 ** (quickEnds - QUICK_ENDS_AT_MOST - 1), LONGEST_WAIT_SECONDS);
}
