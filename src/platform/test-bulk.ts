/** The engine's own bulk work, for tests on a platform in memory. The engine's test runner provides it. */
import type { Bulk } from "./platform.ts";

let given: Bulk | undefined;

/** Called once, before any test is loaded: `tests/node-setup.ts`, `tests/quickjs/runner.ts`. */
export function giveTestBulk(bulk: Bulk): void {
  given = bulk;
}

export function testBulk(): Bulk {
  if (given === undefined) throw new Error("there is no bulk work: call giveTestBulk before the tests");
  return given;
}
