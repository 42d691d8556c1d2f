import { assert, test } from "../base/testing.ts";
import { makeTimers } from "./timers.ts";

/** A loop whose time the test sets. */
function fakeLoop() {
  let now = 0;
  let timers: { readonly at: number; readonly wake: () => void }[] = [];
  return {
    addTimer(seconds: number, wake: () => void) {
      const timer = { at: now + seconds, wake };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    async advance(seconds: number) {
      now += seconds;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { wake } of due) wake();
      await Promise.resolve().then(() => {});
    },
    pending: () => timers.length,
  };
}

test("a timeout calls its function once, with the arguments", async () => {
  const loop = fakeLoop();
  const { setTimeout } = makeTimers(loop);
  const calls: unknown[] = [];
  setTimeout((...args) => calls.push(args), 50, 1, "a");
  await loop.advance(0.04);
  assert.equal(calls, []);
  await loop.advance(0.02);
  assert.equal(calls, [[1, "a"]]);
  assert.equal(loop.pending(), 0);
});

test("an interval continues until it is cleared, even by its own function", async () => {
  const loop = fakeLoop();
  const { setInterval, clearInterval } = makeTimers(loop);
  let count = 0;
  const id = setInterval(() => {
    count += 1;
    if (count === 3) clearInterval(id);
  }, 10);
  for (let i = 0; i < 6; i++) await loop.advance(0.02);
  assert.equal(count, 3);
  assert.equal(loop.pending(), 0);
});

test("a cleared timer keeps nothing alive", () => {
  const loop = fakeLoop();
  const { setTimeout, clearTimeout } = makeTimers(loop);
  clearTimeout(setTimeout(() => {}, 60_000));
  clearTimeout(12345);
  clearTimeout(undefined);
  assert.equal(loop.pending(), 0);
});
