/** Runs the tests for every engine on QuickJS; each of them counts as one here. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, inject, test } from "vitest";

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Asynchronous, because vitest expects to hear from this process within a minute. */
async function runTests() {
  const child = spawn(inject("built").tests, ["--report", file], { stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr, [status, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit") as Promise<[number | null, string | null]>,
  ]);
  return { stdout, stderr, status, signal };
}

const folder = mkdtempSync(join(tmpdir(), "bq2-quickjs-"));
const file = join(folder, "report.json");
const run = await runTests();
const found =
  run.status === 0 || run.status === 1 ? (JSON.parse(readFileSync(file, "utf8")) as Report) : undefined;
rmSync(folder, { recursive: true });

test("QuickJS runs the shared tests to their end", () => {
  expect(run.signal, run.stderr).toBe(null);
  expect(found, `exit code ${run.status}\n${run.stdout}\n${run.stderr}`).toBeDefined();
  expect(run.stdout).toMatch(/^\d+ passed, \d+ failed$/m);
});

for (const { name, message, assertionResults } of found?.testResults ?? []) {
  describe(name, () => {
    if (message !== "") test("loads", () => expect.fail(message));
    for (const { fullName, failureMessages } of assertionResults) {
      test(fullName, () => {
        if (failureMessages.length > 0) expect.fail(failureMessages.join("\n"));
      });
    }
  });
}
