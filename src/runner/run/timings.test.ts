import { assert, test } from "../../base/testing.ts";
import type { Plan } from "../../plan/plan.ts";
import { emptyState, type State } from "../../plan/state.ts";
import { coordinatorTestStep, testPhase, testPlan, testStep } from "../context/test-context.ts";
import { busyTime, criticalPath, stepTimes, totalSeconds } from "./timings.ts";

const need = (step: string) => ({ phase: "one", step });

function stateOf(seconds: Readonly<Record<string, number>>): State {
  const record = (value: number) => ({ key: "k", output: "o", seconds: value });
  const done = Object.fromEntries(Object.entries(seconds).map(([id, value]) => [id, record(value)]));
  return { ...emptyState("p"), done };
}

function pathOf(plan: Plan, seconds: Readonly<Record<string, number>>): string {
  const path = criticalPath(plan, stateOf(seconds));
  return `${path.map(({ step }) => step).join(" ")}: ${totalSeconds(path)}`;
}

test("steps that are done are listed in plan order, whether built or found", () => {
  const plan = testPlan([testPhase("one", [testStep("b"), testStep("a"), testStep("c")])]);
  const state = stateOf({ "one/a": 2, "one/b": 0 });
  const counted = { key: "k", output: "o", seconds: 2, cpuSeconds: 3 };
  assert.equal(stepTimes(plan, { ...state, done: { ...state.done, "one/a": counted } }), [
    { phase: "one", step: "b", seconds: 0, cpuSeconds: 0, workBytes: 0 },
    { phase: "one", step: "a", seconds: 2, cpuSeconds: 3, workBytes: 0 },
  ]);
});

test("the critical path is the longest chain of needs", () => {
  const plan = testPlan([
    testPhase("one", [
      testStep("a"),
      testStep("long"),
      testStep("b", [need("a")]),
      testStep("c", [need("b"), need("long")]),
      testStep("d", [need("a")]),
    ]),
  ]);
  assert.equal(pathOf(plan, { "one/a": 1, "one/long": 4, "one/b": 2, "one/c": 1, "one/d": 1 }), "long c: 5");
  assert.equal(pathOf(plan, { "one/a": 3, "one/long": 4, "one/b": 2, "one/c": 1, "one/d": 1 }), "a b c: 6");
  assert.equal(pathOf(plan, {}), ": 0");
});

test("a coordinator step waits for all steps before it, and all later steps wait for it", () => {
  const plan = testPlan([
    testPhase("setup", [coordinatorTestStep("fetch"), coordinatorTestStep("unpack")]),
    testPhase("one", [testStep("a"), testStep("b")]),
    testPhase("out", [coordinatorTestStep("pack")]),
  ]);
  const seconds = { "setup/fetch": 1, "setup/unpack": 2, "one/a": 5, "one/b": 4, "out/pack": 1 };
  assert.equal(pathOf(plan, seconds), "fetch unpack a pack: 9");
});

test("time in which several steps ran counts once, and time between runs not at all", () => {
  const record = (began: number, seconds: number, cpuSeconds: number) =>
    ({ key: "k", output: "o", began, seconds, cpuSeconds }) as const;
  const done = {
    "one/c": record(100, 1, 2),
    "one/a": record(10, 4, 3),
    "one/b": record(12, 5, 4),
    "one/within": record(13, 1, 1),
    "setup/fetch": { key: "k", output: "o", began: 0, seconds: 9 },
    "one/stored": { key: "k", output: "o", seconds: 0 },
  };
  assert.equal(busyTime({ ...emptyState("p"), done }), { seconds: 8, cpuSeconds: 10 });
});
