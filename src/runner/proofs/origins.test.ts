import { assert, test } from "../../base/testing.ts";
import type { Phase } from "../../plan/plan.ts";
import {
  addTestOutput,
  testContext,
  testPhase,
  testPlan,
  testPlatform,
  testStep,
} from "../context/test-context.ts";
import { leavesTheSeed, machineCode } from "./origins.ts";

const seedPhase = testPhase("first", [testStep("a"), testStep("b")]);
const inside: Partial<Phase> = { namespace: "bq2", destdir: null };

test("programs and libraries are found among other files, with the step that made them", () => {
  const context = testContext(
    testPlatform(),
    testPlan([seedPhase, testPhase("second", [testStep("b")], inside)]),
  );
  addTestOutput(
    context,
    { phase: "first", step: "a" },
    { "bin/a": "\u007fELF of a", "a.txt": "an ELF", empty: "" },
  );
  addTestOutput(context, { phase: "first", step: "b" }, { "bin/b": "\u007fELF of the seed" });
  addTestOutput(
    context,
    { phase: "second", step: "b" },
    { "bin/b": "\u007fELF, ours", "lib/b.a": "!<arch>\nb.o", "lib/m.a": "!<arch>\n" },
  );
  assert.equal(machineCode(context), [
    { id: "first/a", path: "/bin/a", madeInSeed: true },
    { id: "second/b", path: "/bin/b", madeInSeed: false },
    { id: "second/b", path: "/lib/b.a", madeInSeed: false },
  ]);
});

test("a plan leaves the seed if it builds packages in the new rootfs", () => {
  const leaves = (...phases: readonly Phase[]) =>
    leavesTheSeed(testContext(testPlatform(), testPlan(phases)));
  assert.equal(leaves(seedPhase), false);
  assert.equal(leaves(seedPhase, testPhase("second", [testStep("b")], inside)), true);
  const packed = {
    ...testStep("pack"),
    build: { kind: "coordinator", action: { kind: "pack-rootfs", file: "x", program: "/x" } } as const,
  };
  assert.equal(leaves(seedPhase, testPhase("out", [packed], inside)), false);
});
