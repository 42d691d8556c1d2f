/** Ctrl-C while something runs: JavaScript is stopped where it is, what is waited for is left alone. */
import type { Engine } from "./engine.ts";

/** Shown in place of a result. */
export class Interrupted extends Error {
  constructor() {
    super("interrupted");
    this.name = "Interrupted";
  }
}

const ENGINE_MESSAGE = "interrupted"; // quickjs.c: __js_poll_interrupts

/** How often a promise that does not come is asked about. */
const LOOK_SECONDS = 0.05;

/** Runs `body`, which SIGINT ends: throws {@link Interrupted}. */
export async function interruptible<T>(
  engine: Pick<Engine, "setInterruptible" | "takeInterrupt" | "addTimer">,
  body: () => Promise<T>,
): Promise<T> {
  let stopLooking = (): void => {};
  engine.setInterruptible(true);
  try {
    const interrupted = new Promise<never>((_, reject) => {
      const look = (): void => {
        if (engine.takeInterrupt()) reject(new Interrupted());
        else stopLooking = engine.addTimer(LOOK_SECONDS, look);
      };
      stopLooking = engine.addTimer(LOOK_SECONDS, look);
    });
    return await Promise.race([body().catch(rethrow), interrupted]);
  } finally {
    stopLooking();
    engine.setInterruptible(false);
  }
}

/** The engine's own error for JavaScript that was stopped is one that no `catch` takes, wherever it is thrown again. */
function rethrow(error: unknown): never {
  const wasStopped = error instanceof Error && error.message === ENGINE_MESSAGE;
  throw wasStopped ? new Interrupted() : error;
}
