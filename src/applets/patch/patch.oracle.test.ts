/** GNU patch judges ours: the same messages, exit codes, files and rejects. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { requireTools } from "../../../tests/oracle.ts";
import { runOurs, runProgram } from "../test-run.ts";

const hasTools = requireTools("patch", "diff");
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bq2-patch-command-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Files = { readonly [name: string]: string };

function put(place: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(place, name, ".."), { recursive: true });
    writeFileSync(join(place, name), text, "latin1");
  }
}

function listed(place: string): unknown {
  const names = readdirSync(place, { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => [path.slice(place.length), readFileSync(path, "latin1")]);
}

let count = 0;
async function agree(files: Files, patch: string, args: readonly string[]): Promise<number | null> {
  const place = join(folder, String(++count));
  put(join(place, "ours"), { ...files, "p.patch": patch });
  put(join(place, "gnu"), { ...files, "p.patch": patch });
  const ours = await runOurs("patch", args, { cwd: join(place, "ours"), input: patch });
  const gnu = await runProgram("patch", args, { cwd: join(place, "gnu"), input: patch });
  const what = `${args.join(" ")}\n${patch}${ours.error}`;
  // With a terminal, GNU patch asks; without one, it prints the question.
  const words = gnu.out
    .toString("latin1")
    .replaceAll(
      /(Assume|Ignore) -R\? \[n\] \nApply anyway\? \[n\] \n(Skipping patch\.\n)?/g,
      "Skipping patch.\n",
    )
    .replaceAll(/The text leading up to this was:\n-+\n(\|.*\n)*-+\n/g, "")
    .replaceAll(/File to patch: \nSkip this patch\? \[y\] \n/g, "No file to patch.  ");
  expect(ours.out.toString("latin1"), what).toBe(words);
  expect(ours.code, what).toBe(gnu.code);
  expect(listed(join(place, "ours")), what).toEqual(listed(join(place, "gnu")));
  rmSync(place, { recursive: true });
  return ours.code;
}

async function diff(old: string, fresh: string): Promise<string> {
  const place = join(folder, "diff");
  put(place, { old, fresh });
  const labels = ["--label", "a/f", "--label", "b/f"];
  const { out } = await runProgram("diff", ["-u", ...labels, "old", "fresh"], { cwd: place });
  return out.toString("latin1");
}

const line = fc.constantFrom("a", "b", "c", "{", "}", "", "  x", "long line of text");
const text = fc
  .array(line, { minLength: 1, maxLength: 40 })
  .map((lines) => lines.map((one) => `${one}\n`).join(""));
/** Changes some lines of a text. */
const edits = fc.array(fc.tuple(fc.nat(60), fc.constantFrom("insert", "remove", "change")), { maxLength: 4 });

function edited(source: string, changes: readonly (readonly [number, string])[]): string {
  const lines = source.split(/(?<=\n)/);
  for (const [at, what] of changes) {
    const index = at % Math.max(1, lines.length);
    if (what === "insert") lines.splice(index, 0, "new\n");
    else if (what === "remove") lines.splice(index, 1);
    else lines[index] = "changed\n";
  }
  return lines.join("");
}

test.skipIf(!hasTools)("random patches to files that have changed since", async () => {
  const options = fc.subarray([
    "-N",
    "-s",
    "--dry-run",
    "-R",
    "-E",
    "-b",
    "--no-backup-if-mismatch",
    "-f",
    "-F0",
  ]);
  const codes = new Set<number | null>();
  await fc.assert(
    fc.asyncProperty(
      text,
      edits,
      edits,
      options,
      fc.boolean(),
      async (base, ours, theirs, flags, isInput) => {
        const patch = await diff(base, edited(base, ours));
        if (patch === "") return;
        const input = isInput ? [] : ["-i", "p.patch"];
        codes.add(await agree({ f: edited(base, theirs) }, patch, ["-p1", ...flags, ...input]));
      },
    ),
    { numRuns: 120, seed: 1 },
  );
  expect(codes).toEqual(new Set([0, 1]));
});

const NUMBERS = Array.from({ length: 20 }, (_, i) => `${i + 1}\n`).join("");
const CHANGE = "--- a/f\n+++ b/f\n@@ -3,3 +3,3 @@ void function(int x)\n 3\n-4\n+four\n 5\n";
const CREATE = "--- /dev/null\n+++ b/new/er/file\n@@ -0,0 +1,2 @@\n+x\n+y\n";
const DELETE = "--- a/d/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n";
const RENAME =
  "diff --git a/f b/g\nsimilarity index 90%\nrename from f\nrename to g\n--- a/f\n+++ b/g\n@@ -3,3 +3,3 @@\n 3\n-4\n+four\n 5\n";

test.skipIf(!hasTools)("creating, deleting, renaming, missing files, other folders and outputs", async () => {
  const files = { f: NUMBERS, "d/gone": "x\n", "d/f": NUMBERS };
  await agree(files, CHANGE + CREATE + DELETE, ["-p1", "-i", "p.patch"]);
  await agree(files, CREATE, ["-p0"]);
  await agree(files, CHANGE, []);
  await agree(files, CHANGE, ["-p1", "-d", "d"]);
  await agree(files, CHANGE, ["-p5"]);
  await agree(files, CHANGE, ["-p1", "-f", "-d", "d", "-i", "../p.patch"]);
  await agree(files, CHANGE, ["d/f"]);
  await agree(files, CHANGE, ["d/f", "p.patch"]);
  await agree(files, CHANGE, ["-p1", "-o", "out"]);
  await agree(files, CHANGE, ["-p1", "-s", "-o", "-"]);
  await agree(files, RENAME, ["-p1"]);
  await agree(files, CHANGE.replace("-4", "-vier"), ["-p1"]);
  await agree(files, CHANGE.replace("-4", "-vier"), ["-p1", "-r", "rejects"]);
  await agree(files, CHANGE.replace("-4", "-vier"), ["-p1", "-r", "-"]);
  await agree(files, CHANGE.replaceAll("/f", "/nix"), ["-p1", "-N"]);
  await agree({ f: "" }, "--- a/f\n+++ b/f\n@@ -0,0 +1 @@\n+x\n", ["-p1"]);
  await agree({ f: "x\n" }, "--- a/f\n+++ b/f\n@@ -1 +0,0 @@\n-x\n", ["-p1"]);
  await agree({ f: "x\n" }, "--- a/f\n+++ b/f\n@@ -1 +0,0 @@\n-x\n", ["-p1", "-E"]);
  await agree({ f: NUMBERS }, CREATE.replace("new/er/file", "f"), ["-p1"]);
  await agree({ f: NUMBERS }, "", ["-p1"]);
});

test("unreadable and malicious patches end with an error", async () => {
  const run = async (patch: string, ...args: string[]) => {
    const place = join(folder, String(++count));
    put(place, { f: NUMBERS });
    const result = await runOurs("patch", ["-p1", ...args], { cwd: place, input: patch });
    expect(listed(place)).toEqual([["/f", NUMBERS]]);
    return result;
  };
  expect((await run("nothing of the kind\n")).code).toBe(2);
  expect((await run("--- a/f\n+++ b/f\n@@ -1,5 +1,5 @@\n 1\n-2\n")).code).toBe(2);
  expect((await run(CHANGE, "--bogus")).error).toMatch(/unrecognized option '--bogus'\nTry/);
  expect((await run(CHANGE, "-i", "missing")).code).toBe(2);
  const hostile = await run(CHANGE.replaceAll(/[ab]\/f/g, "x/../../etc/passwd"));
  expect(hostile.code).toBe(1);
  expect(hostile.out.toString()).toMatch(/dangerous file name/);
});
