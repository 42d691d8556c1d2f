/**
 * The event loop: timers, polled. The firmware has no other events that could wake TypeScript; `keys.ts`
 * polls for keys.
 */
import { setIdle } from "bq2:firmware";
import { monotonicSeconds, stall } from "./clock.ts";

interface Timer {
  readonly at: number;
  readonly wake: () => void;
}

/** Soonest first. */
const timers: Timer[] = [];

/** Calls `wake` once, `seconds` from now; call the result to cancel. */
export function addTimer(seconds: number, wake: () => void): () => void {
  const timer = { at: monotonicSeconds() + seconds, wake };
  const before = timers.findIndex(({ at }) => at > timer.at);
  timers.splice(before < 0 ? timers.length : before, 0, timer);
  return () => {
    const found = timers.indexOf(timer);
    if (found >= 0) timers.splice(found, 1);
  };
}

export function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => addTimer(seconds, resolve));
}

const SHORTEST_WAIT_MICROSECONDS = 100;
const LONGEST_WAIT_MICROSECONDS = 10_000;

/** Waits for the next timer and calls it; false if there is none. */
function idle(): boolean {
  const next = timers.shift();
  if (next === undefined) return false;
  for (;;) {
    const microseconds = (next.at - monotonicSeconds()) * 1_000_000;
    if (microseconds <= 0) break;
    stall(Math.ceil(Math.max(SHORTEST_WAIT_MICROSECONDS, Math.min(microseconds, LONGEST_WAIT_MICROSECONDS))));
  }
  next.wake();
  return true;
}

export function startLoop(): void {
  setIdle(idle);
}
