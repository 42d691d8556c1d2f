import { assert, test } from "../../base/testing.ts";
import { failingFiles } from "../../platform/failing.ts";
import { memoryPlatform } from "../../platform/memory/platform.ts";
import { testStep } from "../context/test-context.ts";
import { workspaceAt } from "../context/workspace.ts";
import { expectedSeconds, loadDurations, noteDuration } from "./durations.ts";

test("a step's estimate is its last time, or its namesake's, or the usual one of its kind", () => {
  const known = { "first/gcc": 2000, "second/make": 12, "first/mygcc": 1 };
  const seconds = (phase: string, name: string) => expectedSeconds(known, phase, testStep(name));
  assert.equal(
    [seconds("first", "gcc"), seconds("second", "gcc"), seconds("second", "make")],
    [2000, 2000, 12],
  );
  assert.equal(seconds("first", "other"), 10);
});

test("a read-only cache loses durations, but causes no error", () => {
  const platform = memoryPlatform();
  Object.assign(platform.host.env, { BQ2_CACHE: "/cache" });
  const cache = workspaceAt(platform, "/work").cache;
  noteDuration(platform, cache, "first/a", 3);
  assert.equal(loadDurations(platform, cache), { "first/a": 3 });
  const files = failingFiles(platform.files, [{ operation: "open", call: 1, code: "EROFS" }]);
  noteDuration({ ...platform, files }, cache, "first/b", 4);
  assert.equal(loadDurations(platform, cache), { "first/a": 3 });
});
