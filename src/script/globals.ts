/** Global names that programs expect besides the language itself. Their types are in `global-types.ts`. */
import type { Platform } from "../platform/platform.ts";
import { makeConsole } from "./console.ts";
import type { Engine } from "./engine.ts";
import { Utf8Decoder, Utf8Encoder } from "./text-coding.ts";
import { makeTimers } from "./timers.ts";

/** Adds these names to the global object. */
export function installGlobals({ host, clock }: Platform, engine: Engine): void {
  setGlobals({
    console: makeConsole(host, clock),
    ...makeTimers(engine),
    queueMicrotask: (callback: () => void): void => {
      Promise.resolve().then(callback);
    },
    performance: { now: () => clock.monotonicSeconds() * 1000 },
    TextEncoder: Utf8Encoder,
    TextDecoder: Utf8Decoder,
  });
}

/** Adds values to the global object by name; they are not enumerable, like those of the language. */
export function setGlobals(globals: object): void {
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  }
}
