/**
 * The end of `.ci/run`: adds up the test results in `dist/test-results/*.json` (vitest's JSON reporter),
 * names failed and skipped tests, and prints `N passed, N failed` as the last line.
 *
 * The argument is the exit code of `npm test`. If that is not 0 although no test failed (a check before the
 * tests did), it counts as one failure. The exit code is 1 after any failure, and if no test ran.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { projectFolder } from "./project-files.ts";
import { summarize, type TestReport } from "./test-report.ts";

function readReports(): TestReport[] {
  const folder = join(projectFolder, "dist", "test-results");
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as TestReport);
}

const { lines, passed, failed } = summarize(readReports(), Number(process.argv[2] ?? "0"));
for (const line of lines) console.log(line);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
