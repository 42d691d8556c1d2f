/** GNU's sha256sum judges ours: the same output and the same exit code. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { requireTools } from "../../../tests/oracle.ts";
import { runOurs, runProgram } from "../test-run.ts";

const hasTools = requireTools("sha256sum");
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bq2-sha256sum-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function agree(args: readonly string[], input = ""): Promise<void> {
  const ours = await runOurs("sha256sum", args, { cwd: folder, input });
  const theirs = await runProgram("sha256sum", args, { cwd: folder, input });
  const what = `${JSON.stringify(args)}: ${ours.error}`;
  expect(ours.out.toString("latin1"), what).toBe(theirs.out.toString("latin1"));
  expect(ours.code, what).toBe(theirs.code);
}

const NAMES = ["plain", "with space", "new\nline", "back\\slash", "ret\rurn", "mix\\n\n", "-dash", "ä"];

test.skipIf(!hasTools)("digests of files with odd names, and of standard input", async () => {
  for (const [i, name] of NAMES.entries()) writeFileSync(join(folder, name), "x".repeat(i * 1000));
  for (const flags of [[], ["-b"], ["--tag"], ["-z"], ["--tag", "-z"], ["-t"]]) {
    await agree([...flags, "--", ...NAMES, "missing"]);
  }
  await agree([], "from standard input");
  await agree(["-", "plain"], "from standard input");
  await agree(["--bogus"]);
  await agree(["--check", "--tag", "plain"]);
  await agree(["."]);
});

test.skipIf(!hasTools)("lists with good, bad and malformed lines are checked the same way", async () => {
  for (const [i, name] of NAMES.entries()) writeFileSync(join(folder, name), "x".repeat(i * 1000));
  const plain = await runProgram("sha256sum", ["--", ...NAMES], { cwd: folder });
  const tagged = await runProgram("sha256sum", ["--tag", "--", ...NAMES], { cwd: folder });
  const good = [plain, tagged].flatMap(({ out }) => out.toString("latin1").trimEnd().split("\n"));
  const broken = [
    `${"0".repeat(64)}  plain`,
    `${"0".repeat(64)}  missing`,
    `${"a".repeat(63)}  plain`,
    "SHA256 (plain) = 12",
    "# a comment",
    "",
    "rubbish",
    `\\${"0".repeat(64)}  odd\\escape`,
    `  ${good[0]}`,
    `${good[1]}\r`,
    (good[0] ?? "").toUpperCase().replace("PLAIN", "plain"),
  ];
  const flags = fc.subarray(["--quiet", "--status", "--strict", "-w", "--ignore-missing"]);
  const lines = fc.array(fc.constantFrom(...good, ...broken), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(flags, lines, fc.boolean(), async (options, list, fromInput) => {
      const text = Buffer.from(list.map((line) => `${line}\n`).join(""), "latin1");
      writeFileSync(join(folder, "SUMS"), text);
      await agree(["-c", ...options, fromInput ? "-" : "SUMS"], fromInput ? text.toString("utf8") : "");
    }),
    { numRuns: 60, seed: 1 },
  );
});
