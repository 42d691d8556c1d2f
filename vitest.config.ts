/**
 * Four projects, each its own npm script (`npm run test:unit` …), from the quickest to the slowest:
 *
 * - `unit`: beside the code, `x.test.ts`; no outside tools.
 * - `oracle`: beside the code, `x.oracle.test.ts`; outside tools judge what we write.
 * - `e2e`: `tests/e2e`; whole commands on real input.
 * - `vm`: `tests/vm`; whole machines under QEMU.
 */
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** `oneByOne`: a test there takes all cores and much memory by itself. */
function project(
  name: string,
  include: string[],
  testTimeout: number,
  oneByOne = false,
): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name,
      include,
      exclude: name === "oracle" ? [] : ["**/*.oracle.test.ts"],
      testTimeout,
      hookTimeout: testTimeout,
      poolOptions: { forks: { singleFork: oneByOne } },
    },
  };
}

export default defineConfig({
  test: {
    globals: true, // src/base/testing.ts looks for `test` there, so that shared tests run elsewhere too
    projects: [
      project("unit", ["{src,pkgs,tools,tests}/**/*.test.ts", "!tests/{e2e,vm,quickjs}/**"], 30 * SECOND),
      project("oracle", ["{src,pkgs,tools,tests}/**/*.oracle.test.ts"], 5 * MINUTE),
      project("e2e", ["tests/e2e/**/*.test.ts"], 60 * MINUTE, true),
      project("vm", ["tests/vm/**/*.test.ts"], 10 * MINUTE, true),
    ],
  },
});
