/** Ctrl-C while something runs: stops running JavaScript, and leaves alone what it waits for. */
import type { Engine } from "./engine.ts";

/** Shown instead of a result. */
export class Interrupted extends Error {
  constructor() {
    super("interrupted");
    this.name = "Interrupted";
  }
}

const ENGINE_MESSAGE = "interrupted"; // quickjs.c: __js_poll_interrupts

/** Seconds between checks for Ctrl-C while a promise is pending. */
const LOOK_SECONDS = 0.05;

/** Runs `body` until it ends or SIGINT arrives. Throws {@link Interrupted} for SIGINT. */
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

/** Replaces the engine's error for stopped JavaScript, which no `catch` takes, even if it is thrown again. */
function rethrow(error: unknown): never {
  const wasStopped = error instanceof Error && error.message === ENGINE_MESSAGE;
  throw wasStopped ? new Interrupted() : error;
}
