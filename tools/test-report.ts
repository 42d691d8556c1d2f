/** The part of vitest's JSON report (in Jest's format) that a summary needs, and the summary. */

export interface TestReport {
  /** One for each test file. */
  readonly testResults: readonly {
    readonly name: string;
    /** `failed` without a failed test: the file itself could not be loaded. */
    readonly status: "passed" | "failed";
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: "passed" | "failed" | "skipped" | "pending" | "todo" | "disabled";
    }[];
  }[];
}

export interface Summary {
  /** One line for each failed or skipped test. */
  readonly lines: readonly string[];
  readonly passed: number;
  readonly failed: number;
}

/** Adds up reports; `status` is the exit code of the run that wrote them. */
export function summarize(reports: readonly TestReport[], status: number): Summary {
  const lines: string[] = [];
  let passed = 0;
  let failed = 0;
  for (const file of reports.flatMap((report) => report.testResults)) {
    for (const { fullName, status } of file.assertionResults) {
      if (status === "passed") passed++;
      else lines.push(`${status}: ${file.name}: ${fullName}`);
      if (status === "failed") failed++;
    }
    if (file.status === "failed" && !file.assertionResults.some((result) => result.status === "failed")) {
      lines.push(`failed: ${file.name}: ${file.message}`);
      failed++;
    }
  }
  if (status !== 0 && failed === 0) {
    lines.push(`failed: \`npm test\` ended with ${status} outside of any test`);
    failed = 1;
  }
  return { lines, passed, failed };
}
