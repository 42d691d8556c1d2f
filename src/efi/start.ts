/**
 * The start of every UEFI application (`bq2 efi-app-builder` imports it first): console, timers, and a clear
 * end for unhandled errors.
 */
import { exit, setRejectionTracker } from "bq2:firmware";
import { makeConsole } from "../script/console.ts";
import { inspect } from "../script/inspect.ts";
import { trackRejections } from "../script/rejections.ts";
import { describeFailure } from "../script/stack.ts";
import { makeTimers } from "../script/timers.ts";
import { monotonicSeconds } from "./clock.ts";
import { addTimer, startLoop } from "./loop.ts";
import { write } from "./text-console.ts";

const globals = {
  console: makeConsole({ writeOut: write, writeError: write }, { monotonicSeconds }),
  ...makeTimers({ addTimer }),
  queueMicrotask: (callback: () => void): void => {
    Promise.resolve().then(callback);
  },
  performance: { now: () => monotonicSeconds() * 1000 },
};
for (const [name, value] of Object.entries(globals)) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}
startLoop();
trackRejections({ setRejectionTracker, addTimer }, (reason) => {
  write(`${describeFailure(reason, inspect)}\n`);
  exit(1);
});
