import { assert, test } from "../../base/testing.ts";
import { memoryPlatform } from "../../platform/memory/platform.ts";
import { interruptionBy } from "./interruption.ts";

test("a signal stops every listener, and later ones as soon as they listen", () => {
  const { processes } = memoryPlatform();
  const interruption = interruptionBy(processes);
  const stopped: string[] = [];
  const undoA = interruption.listen(() => stopped.push("a"));
  interruption.listen(() => stopped.push("b"));
  interruption.listen(() => stopped.push("gone"))();
  assert.ok(!interruption.happened());
  processes.raise("SIGINT");
  assert.equal(stopped, ["a", "b"]);
  undoA();
  interruption.listen(() => stopped.push("c"));
  assert.equal(stopped, ["a", "b", "c"]);
  assert.ok(interruption.happened());
});

test("signals are not caught while nothing listens", () => {
  const { processes } = memoryPlatform();
  const interruption = interruptionBy(processes);
  interruption.listen(() => {})();
  processes.raise("SIGTERM");
  assert.ok(!interruption.happened());
});
