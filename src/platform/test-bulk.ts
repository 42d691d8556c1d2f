/** Bulk work for tests on a platform in memory: the engine's own, given by what runs the tests on that engine. */
import type { Bulk } from "./platform.ts";

let given: Bulk | undefined;

/** Called once, before any test is loaded: `tests/node-setup.ts`, `tests/quickjs/runner.ts`. */
export function giveTestBulk(bulk: Bulk): void {
  given = bulk;
}

export function testBulk(): Bulk {
  if (given === undefined) throw new Error("no bulk work was given: call giveTestBulk before the tests");
  return given;
}
