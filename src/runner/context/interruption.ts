/** Ctrl-C and SIGTERM, told to everything that runs at that moment. */
import type { Processes } from "../../platform/platform.ts";

export interface Interruption {
  /** True from the first signal on. */
  happened(): boolean;
  /**
   * `stop` is called on a signal, at once where one has come before; the returned function undoes it. While nobody is
   * listening, signals end this process as they always do.
   */
  listen(stop: () => void): () => void;
}

/** One handler for all: where two wait for the same signal, an engine may tell just one of them (signalfd(2)). */
export function interruptionBy(processes: Processes): Interruption {
  const listeners = new Set<{ readonly stop: () => void }>();
  let happened = false;
  let ignore: () => void = () => {};
  const onSignal = (): void => {
    happened = true;
    for (const { stop } of listeners) stop();
  };
  return {
    happened: () => happened,
    listen(stop) {
      const listener = { stop };
      if (listeners.size === 0) ignore = processes.onSignal(["SIGINT", "SIGTERM"], onSignal);
      listeners.add(listener);
      if (happened) stop();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) ignore();
      };
    },
  };
}
