/** Reports rejected promises that nobody handles, once it is certain that nobody will. */
import type { Engine } from "./engine.ts";

/**
 * Calls `report` for each rejected promise that still has no handler when all pending jobs are done. Covers
 * promises from this call on; a second call replaces the first.
 */
export function trackRejections(
  engine: Pick<Engine, "setRejectionTracker" | "addTimer">,
  report: (reason: unknown) => void,
): void {
  const unhandled = new Map<object, unknown>();
  let isPlanned = false;
  engine.setRejectionTracker((promise, reason, isHandled) => {
    if (isHandled) unhandled.delete(promise);
    else unhandled.set(promise, reason);
    if (isPlanned || unhandled.size === 0) return;
    isPlanned = true;
    engine.addTimer(0, () => {
      isPlanned = false;
      const reasons = [...unhandled.values()];
      unhandled.clear();
      for (const found of reasons) report(found);
    });
  });
}
