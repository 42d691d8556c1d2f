/** Runs the tests that wait in `pendingTests`: a runner for engines that have none. */
import { describeError } from "../../src/base/error.ts";
import { pendingTests } from "../../src/base/testing.ts";
import type { Platform } from "../../src/platform/platform.ts";

/**
 * A line a failure, and `N passed, N failed` at the end. Gives the exit code: 1 where a test failed or there was none.
 */
export async function runPendingTests({ host, clock }: Platform): Promise<number> {
  let failed = 0;
  const start = clock.monotonicSeconds();
  for (const { name, body } of pendingTests) {
    try {
      await body();
    } catch (error) {
      failed += 1;
      const stack = error instanceof Error ? (error.stack ?? "") : "";
      host.writeOut(`FAILED ${name}\n${describeError(error)}\n${stack}`);
    }
  }
  const seconds = (clock.monotonicSeconds() - start).toFixed(1);
  host.writeOut(`${pendingTests.length - failed} passed, ${failed} failed (${seconds} s)\n`);
  return failed === 0 && pendingTests.length > 0 ? 0 : 1;
}
