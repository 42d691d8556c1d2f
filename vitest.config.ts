/**
 * Six projects, each its own npm script (`npm run test:unit` …), from the quickest to the slowest:
 *
 * - `unit`: beside the code, `x.test.ts`; no outside tools.
 * - `oracle`: beside the code, `x.oracle.test.ts`; outside tools judge what we write.
 * - `quickjs`: `tests/runtime`; the runtime and `bq2` on it, built first, and the unit tests for every
 * engine.
 * - `e2e`: `tests/e2e`; whole commands on real input.
 * - `vm`: `tests/vm`; whole machines under QEMU.
 * - `proofs`: `tests/proofs`; on a finished build of profile `full`, run by hand.
 */
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** `oneByOne`: each test needs all cores and much memory. */
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
      setupFiles: ["tests/node-setup.ts"],
      exclude: name === "oracle" ? [] : ["**/*.oracle.test.ts"],
      testTimeout,
      hookTimeout: testTimeout,
      poolOptions: { forks: { singleFork: oneByOne } },
    },
  };
}

/** Builds the runtime before the tests are collected. */
function quickjs({ test, ...rest }: TestProjectInlineConfiguration): TestProjectInlineConfiguration {
  return { ...rest, test: { ...test, globalSetup: ["tests/runtime/setup.ts"] } };
}

export default defineConfig({
  test: {
    globals: true, // src/base/testing.ts uses the global `test`, so that shared tests also run elsewhere
    projects: [
      project(
        "unit",
        ["{src,pkgs,tools,tests}/**/*.test.ts", "!tests/{e2e,vm,proofs,quickjs,runtime}/**"],
        30 * SECOND,
      ),
      project("oracle", ["{src,pkgs,tools,tests}/**/*.oracle.test.ts"], 5 * MINUTE),
      quickjs(project("quickjs", ["tests/runtime/**/*.test.ts"], 10 * MINUTE, true)),
      project("e2e", ["tests/e2e/**/*.test.ts"], 60 * MINUTE, true),
      project("vm", ["tests/vm/**/*.test.ts"], 10 * MINUTE, true),
      project("proofs", ["tests/proofs/**/*.test.ts"], 10 * MINUTE, true),
    ],
  },
});
