import { assert, test } from "../../base/testing.ts";
import { testStep } from "../context/test-context.ts";
import { expectedSeconds } from "./durations.ts";

test("a step takes what it took, else what its namesake did, else what its kind does", () => {
  const known = { "first/gcc": 2000, "second/make": 12, "first/mygcc": 1 };
  const seconds = (phase: string, name: string) => expectedSeconds(known, phase, testStep(name));
  assert.equal(
    [seconds("first", "gcc"), seconds("second", "gcc"), seconds("second", "make")],
    [2000, 2000, 12],
  );
  assert.equal(seconds("first", "other"), 10);
});
