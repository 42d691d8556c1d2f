import { assert, test } from "../../base/testing.ts";
import type { Plan } from "../../plan/plan.ts";
import { closure, planDigest, stepKey } from "./keys.ts";
import { plannedStep } from "./planned-step.ts";
import { testPhase, testPlan, testPlatform, testStep } from "./test-context.ts";

const platform = testPlatform();
const ref = (step: string) => ({ phase: "one", step });
const OUTPUTS: Readonly<Record<string, string>> = { a: "a".repeat(64), b: "b".repeat(64) };

function keyOf(plan: Plan, name: string, seed = "s", outputs = OUTPUTS): string {
  const [phase] = plan.phases;
  const step = phase?.steps.find((candidate) => candidate.name === name);
  if (phase === undefined || step === undefined) throw new RangeError(name);
  return stepKey(
    platform,
    plan,
    plannedStep(phase, step),
    { seed, staged: () => "" },
    (need) => outputs[need.step] ?? "",
  );
}

const base = testPlan([
  testPhase("one", [testStep("a"), testStep("b", [ref("a")]), testStep("c", [ref("b")])]),
]);

test("the closure of needs contains each step once, in plan order", () => {
  const diamond = testPlan([
    testPhase("one", [
      testStep("a"),
      testStep("b", [ref("a")]),
      testStep("c", [ref("a")]),
      testStep("d", [ref("c"), ref("b")]),
    ]),
  ]);
  const last = diamond.phases[0]?.steps[3];
  assert.ok(last);
  assert.equal(closure(diamond, last), [ref("a"), ref("b"), ref("c")]);
});

test("a key does not depend on what the step does not see", () => {
  const other = testPlan([
    testPhase("one", [testStep("a"), testStep("b", [ref("a")]), testStep("c", [ref("b")], ["-s"])]),
  ]);
  assert.equal(keyOf(base, "b"), keyOf(other, "b"));
  assert.ok(keyOf(base, "c") !== keyOf(other, "c"), "different flags, different key");
});

test("a key depends on the seed, the needed outputs, the epoch and the writable folders", () => {
  const key = keyOf(base, "b");
  assert.ok(key !== keyOf(base, "b", "another seed"), "seed");
  assert.ok(key !== keyOf(base, "b", "s", { ...OUTPUTS, a: "c".repeat(64) }), "output of a need");
  assert.equal(key, keyOf(base, "b", "s", { ...OUTPUTS, b: "c".repeat(64) }), "not its own output");
  assert.ok(key !== keyOf({ ...base, epoch: 1001 }, "b"), "epoch");
  const [phase] = base.phases;
  assert.ok(phase);
  assert.ok(key !== keyOf({ ...base, phases: [{ ...phase, writes: ["/usr"] }] }, "b"), "writes");
});

test("a key depends on indirect needs", () => {
  assert.ok(
    keyOf(base, "c") !== keyOf(base, "c", "s", { ...OUTPUTS, a: "c".repeat(64) }),
    "a is needed by b",
  );
});

test("a step in the generated rootfs does not depend on the seed", () => {
  const [phase] = base.phases;
  assert.ok(phase);
  const inside = { ...base, phases: [{ ...phase, namespace: "bq2" as const, destdir: null }] };
  assert.equal(keyOf(inside, "a"), keyOf(inside, "a", "another seed"));
});

test("equal plans have equal digests, in any order of their JSON keys", () => {
  const turned = Object.fromEntries(Object.entries(base).reverse()) as Plan;
  assert.equal(planDigest(platform, turned), planDigest(platform, base));
  assert.ok(planDigest(platform, { ...base, epoch: 1 }) !== planDigest(platform, base), "another epoch");
});
