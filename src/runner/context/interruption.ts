/** Passes Ctrl-C and SIGTERM to everything that is running. */
import type { Processes } from "../../platform/platform.ts";

export interface Interruption {
  /** Whether a signal has arrived. */
  happened(): boolean;
  /**
   * Calls `stop` on a signal, and immediately if one has already arrived. The returned function undoes this.
   * While there are no listeners, a signal ends this process as usual.
   */
  listen(stop: () => void): () => void;
}

/** One handler for all listeners: of two handlers of a signal, an engine may call only one (signalfd(2)). */
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
