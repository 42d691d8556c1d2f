import { assert, test } from "../../base/testing.ts";
import type { Manifest, ManifestEntry } from "../../kept/manifest.ts";
import type { MemoryPlatform } from "../../platform/memory/platform.ts";
import type { RunContext } from "../context/context.ts";
import {
  addTestOutput,
  testContext,
  testPhase,
  testPlan,
  testPlatform,
  testStep,
} from "../context/test-context.ts";
import { compareBuilds, firstDifference } from "./compare.ts";

const base = { mode: 0o755, uid: 0, gid: 0 };
const folder = (path: string): ManifestEntry => ({ kind: "folder", path, ...base });
const link = (path: string, target: string): ManifestEntry => ({ kind: "symlink", path, ...base, target });

function file(path: string, sha256: string, change: Partial<typeof base> = {}): ManifestEntry {
  return { kind: "file", path, ...base, ...change, size: 1, sha256: sha256.repeat(64) };
}

const output = [folder("usr"), file("usr/a", "a"), link("usr/b", "a")];

test("equal outputs have no difference", () => {
  assert.equal(firstDifference(output, [...output]), undefined);
});

test("the first path that differs is named, with the difference", () => {
  const cases: readonly (readonly [Manifest, string])[] = [
    [
      [folder("usr"), file("usr/a", "c"), link("usr/b", "x")],
      "/usr/a: different content (sha256 aaaaaaaaaaaa…, and cccccccccccc…)",
    ],
    [[folder("usr"), file("usr/a", "a"), link("usr/b", "x")], "/usr/b: a link to a, and to x"],
    [[folder("usr"), file("usr/a", "a", { mode: 0o700 }), link("usr/b", "a")], "/usr/a: mode 755, and 700"],
    [[folder("usr"), file("usr/a", "a", { gid: 5 }), link("usr/b", "a")], "/usr/a: owner 0:0, and 0:5"],
    [[folder("usr"), folder("usr/a"), link("usr/b", "a")], "/usr/a: a file, and a folder"],
    [[folder("usr"), file("usr/a", "a")], "/usr/b: only the first has it"],
    [[folder("boot"), ...output], "/boot: only the second has it"],
  ];
  for (const [other, wanted] of cases) {
    const found = firstDifference(output, other);
    assert.equal(`/${found?.path}: ${found?.how}`, wanted);
  }
});

/** A complete build; the output of each step is one file with its text. */
function buildOf(platform: MemoryPlatform, texts: Readonly<Record<string, string>>): RunContext {
  const steps = Object.keys(texts).map((name) => testStep(name));
  const context = testContext(platform, testPlan([testPhase("one", steps)]));
  for (const [step, text] of Object.entries(texts)) {
    addTestOutput(context, { phase: "one", step }, { x: text });
  }
  return context;
}

test("two builds are compared step by step", () => {
  const platform = testPlatform();
  const found = compareBuilds(
    buildOf(platform, { same: "a", other: "b", gone: "c" }),
    buildOf(platform, { same: "a", other: "d", more: "e" }),
  );
  assert.equal(
    found.map(({ step, difference }) => `${step} ${difference ?? "equal"}`),
    [
      "same equal",
      "other /x: different content (sha256 3e23e8160039…, and 18ac3e7343f0…)",
      "gone only the first has it",
      "more only the second has it",
    ],
  );
});
