import { assert, test } from "../src/base/testing.ts";
import { summarize, type TestReport } from "./test-report.ts";

type FileResult = TestReport["testResults"][number];

function file(status: FileResult["status"], ...tests: FileResult["assertionResults"]): TestReport {
  return { testResults: [{ name: "a.test.ts", status, message: "why", assertionResults: tests }] };
}

const PASSED = { fullName: "good", status: "passed" } as const;
const FAILED = { fullName: "bad", status: "failed" } as const;
const SKIPPED = { fullName: "later", status: "skipped" } as const;

test("several reports add up; skipped tests are named, but not counted", () => {
  const { passed, failed, lines } = summarize(
    [file("passed", PASSED, PASSED), file("passed", PASSED, SKIPPED)],
    0,
  );
  assert.equal([passed, failed], [3, 0]);
  assert.equal(lines, ["skipped: a.test.ts: later"]);
});

test("failed tests are counted and named", () => {
  const { passed, failed, lines } = summarize([file("failed", PASSED, FAILED)], 1);
  assert.equal([passed, failed], [1, 1]);
  assert.equal(lines, ["failed: a.test.ts: bad"]);
});

test("a file that cannot be loaded is one failure", () => {
  assert.equal(summarize([file("passed", PASSED), file("failed")], 1).failed, 1);
});

test("a check that fails before any test is one failure", () => {
  assert.equal(summarize([], 2).failed, 1);
  assert.equal(summarize([file("passed", PASSED)], 2).failed, 1);
});
