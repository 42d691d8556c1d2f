/**
 * setTimeout and the like, with the event loop's timers. A pending timer keeps the program alive, a cleared
 * one does not.
 */
import type { Engine } from "./engine.ts";

type Callback = (...args: unknown[]) => unknown;

export interface Timers {
  setTimeout(callback: Callback, milliseconds?: number, ...args: unknown[]): number;
  setInterval(callback: Callback, milliseconds?: number, ...args: unknown[]): number;
  clearTimeout(id?: number): void;
  clearInterval(id?: number): void;
}

/** Shorter intervals would leave the event loop no time for anything else. */
const SHORTEST_INTERVAL_MS = 1;

export function makeTimers({ addTimer }: Pick<Engine, "addTimer">): Timers {
  let lastId = 0;
  const pending = new Map<number, () => void>();
  /** Calls in a promise job, so that an error is an unhandled rejection and does not end the event loop. */
  const call = (callback: Callback, args: readonly unknown[]): void => {
    Promise.resolve().then(() => callback(...args));
  };
  const clear = (id = 0): void => {
    pending.get(id)?.();
    pending.delete(id);
  };
  return {
    setTimeout(callback, milliseconds = 0, ...args) {
      const id = ++lastId;
      const fire = (): void => {
        pending.delete(id);
        call(callback, args);
      };
      pending.set(id, addTimer(seconds(milliseconds, 0), fire));
      return id;
    },
    setInterval(callback, milliseconds = 0, ...args) {
      const id = ++lastId;
      const again = (): void => {
        pending.set(id, addTimer(seconds(milliseconds, SHORTEST_INTERVAL_MS), fire));
      };
      const fire = (): void => {
        again();
        call(callback, args);
      };
      again();
      return id;
    },
    clearTimeout: clear,
    clearInterval: clear,
  };
}

function seconds(milliseconds: number, least: number): number {
  return Math.max(Number(milliseconds) || 0, least) / 1000;
}
