import { assert, test } from "../../base/testing.ts";
import { jobTokens } from "../../linux/job-tokens.ts";
import { pipeKernel } from "../../linux/test-pipes.ts";
import { memoryPlatform } from "../../platform/memory/platform.ts";
import { type JobPool, openJobPool } from "./job-pool.ts";

function poolOf(size: number) {
  const platform = memoryPlatform({ kernel: pipeKernel() });
  const pool = openJobPool(platform, size);
  return { pool, inStep: jobTokens(platform, pool.descriptors()) };
}

/** How many steps could begin now; they are over again at once. */
function free(pool: JobPool): number {
  let count = 0;
  while (pool.tryTake()) count++;
  for (let step = 0; step < count; step++) pool.give();
  return count;
}

test("steps and what runs within them take from one pool", () => {
  const { pool, inStep } = poolOf(3);
  assert.ok(pool.tryTake(), "a step begins");
  assert.ok(inStep.tryTake(), "its make takes a second job");
  assert.ok(pool.tryTake(), "another step begins");
  assert.ok(!pool.tryTake() && !inStep.tryTake(), "all three are taken");
  inStep.give();
  assert.ok(pool.tryTake(), "what one gives back another takes");
});

test("the jobs of a killed step are there again once no step runs", () => {
  const { pool, inStep } = poolOf(3);
  pool.tryTake();
  pool.tryTake();
  inStep.tryTake(); // by a make that is killed and gives nothing back
  pool.give();
  assert.equal(free(pool), 1, "the other step may still use what is missing");
  pool.give();
  assert.equal(free(pool), 3);
});

test("jobs that were given back twice do not stay", () => {
  const { pool, inStep } = poolOf(2);
  pool.tryTake();
  inStep.give();
  pool.give();
  assert.equal(free(pool), 2);
});

test("a borrowed job is paid back by the step that ends first", () => {
  const { pool, inStep } = poolOf(2);
  assert.ok(pool.tryTake(), "a step begins");
  assert.ok(inStep.tryTake(), "its make takes all that there is");
  assert.ok(!pool.tryTake() && pool.borrow(), "another one begins nevertheless");
  assert.ok(!pool.borrow(), "no more steps than jobs");
  pool.give();
  assert.ok(!inStep.tryTake(), "what was lent is not handed on");
  inStep.give();
  assert.ok(inStep.tryTake());
  pool.give();
  assert.equal(free(pool), 2);
});
