/** Runs the tests in `pendingTests`: a test runner for engines that have none. */
import { syscall } from "bq2:native";
import { describeError } from "../../src/base/error.ts";
import { pendingTests } from "../../src/base/testing.ts";
import { encodeUtf8 } from "../../src/base/text.ts";
import { SYSCALLS } from "../../src/platform/linux-abi.ts";
import type { Platform } from "../../src/platform/platform.ts";
import { quickjsPlatform } from "../../src/platform/quickjs/platform.ts";
import { giveTestBulk } from "../../src/platform/test-bulk.ts";

/** Modules by their path from the project's folder, and how each is loaded. */
export type Modules = readonly (readonly [path: string, load: () => Promise<unknown>])[];

/** The part of vitest's JSON report that `tools/test-report.ts` reads. */
interface FileResult {
  readonly name: string;
  readonly status: "passed" | "failed";
  readonly message: string;
  readonly assertionResults: readonly TestResult[];
}

interface TestResult {
  readonly fullName: string;
  readonly status: "passed" | "failed";
  readonly failureMessages: readonly string[];
}

/**
 * The whole program: `PROGRAM` runs all `tests`, `PROGRAM --report FILE` also writes their results,
 * `PROGRAM --only TEXT` runs the files whose path contains TEXT, and `PROGRAM CHILD …` runs that module of
 * `children`.
 */
export async function runProgram(tests: Modules, children: Modules): Promise<void> {
  const platform = quickjsPlatform();
  giveTestBulk(platform.bulk);
  const [first, second] = platform.host.argv.slice(1);
  const child = children.find(([path]) => path === first);
  if (child !== undefined) return void (await child[1]());
  const chosen = first === "--only" ? tests.filter(([path]) => path.includes(second ?? "")) : tests;
  const results = await runFiles(platform, chosen);
  if (first === "--report" && second !== undefined) {
    platform.files.writeFile(second, encodeUtf8(JSON.stringify({ testResults: results })));
  }
  const all = results.flatMap((file) => file.assertionResults);
  const passed = all.filter(({ status }) => status === "passed").length;
  const failed = all.length - passed + results.filter(isBroken).length;
  platform.host.writeOut(`${passed} passed, ${failed} failed\n`);
  syscall(SYSCALLS.exit_group[platform.host.arch], failed === 0 && passed > 0 ? 0 : 1);
}

/** True if the file itself failed, not one of its tests. */
function isBroken(file: FileResult): boolean {
  return file.status === "failed" && file.assertionResults.every(({ status }) => status === "passed");
}

async function runFiles(platform: Platform, tests: Modules): Promise<FileResult[]> {
  const results: FileResult[] = [];
  for (const [path, load] of tests) {
    pendingTests.length = 0;
    let message = "";
    try {
      await load();
      if (pendingTests.length === 0) message = "it has no tests";
    } catch (error) {
      message = tell(error);
    }
    if (message !== "") platform.host.writeOut(`FAILED ${path}\n${message}\n`);
    const assertionResults = await runPendingTests(platform, path);
    const isGood = message === "" && assertionResults.every(({ status }) => status === "passed");
    results.push({ name: path, status: isGood ? "passed" : "failed", message, assertionResults });
  }
  return results;
}

async function runPendingTests({ host }: Platform, path: string): Promise<TestResult[]> {
  const results: TestResult[] = [];
  for (const { name, body } of pendingTests) {
    try {
      await body();
      results.push({ fullName: name, status: "passed", failureMessages: [] });
    } catch (error) {
      const message = tell(error);
      host.writeOut(`FAILED ${path}: ${name}\n${message}\n`);
      results.push({ fullName: name, status: "failed", failureMessages: [message] });
    }
  }
  return results;
}

function tell(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  return `${describeError(error)}\n${stack}`;
}
