/** Rejections that nobody hears: told once it is sure that nobody will. */
import type { Engine } from "./engine.ts";

/**
 * Calls `report` for each promise that is rejected and still has no handler when the engine has come to rest. Counts
 * from the call on; a second call takes the place of the first.
 */
export function trackRejections(
  engine: Pick<Engine, "setRejectionTracker" | "addTimer">,
  report: (reason: unknown) => void,
): void {
  const unheard = new Map<object, unknown>();
  let isPlanned = false;
  engine.setRejectionTracker((promise, reason, isHandled) => {
    if (isHandled) unheard.delete(promise);
    else unheard.set(promise, reason);
    if (isPlanned || unheard.size === 0) return;
    isPlanned = true;
    engine.addTimer(0, () => {
      isPlanned = false;
      const reasons = [...unheard.values()];
      unheard.clear();
      for (const found of reasons) report(found);
    });
  });
}
