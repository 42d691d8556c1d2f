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

/** How many steps could start now; each of them ends immediately. */
function free(pool: JobPool): number {
  let count = 0;
  while (pool.tryTake()) count++;
  for (let step = 0; step < count; step++) pool.give();
  return count;
}

test("steps and their programs take jobs from one pool", () => {
  const { pool, inStep } = poolOf(3);
  assert.ok(pool.tryTake(), "a step starts");
  assert.ok(inStep.tryTake(), "its make takes a second job");
  assert.ok(pool.tryTake(), "another step starts");
  assert.ok(!pool.tryTake() && !inStep.tryTake(), "all three are taken");
  inStep.give();
  assert.ok(pool.tryTake(), "one takes what another gave back");
});

test("the jobs of a killed step are available again once no step runs", () => {
  const { pool, inStep } = poolOf(3);
  pool.tryTake();
  pool.tryTake();
  inStep.tryTake(); // by a make that is killed and gives nothing back
  pool.give();
  assert.equal(free(pool), 1, "the other step may still use the missing job");
  pool.give();
  assert.equal(free(pool), 3);
});

test("a job that was given back twice counts once", () => {
  const { pool, inStep } = poolOf(2);
  pool.tryTake();
  inStep.give();
  pool.give();
  assert.equal(free(pool), 2);
});

test("the first step that ends pays back a borrowed job", () => {
  const { pool, inStep } = poolOf(2);
  assert.ok(pool.tryTake(), "a step starts");
  assert.ok(inStep.tryTake(), "its make takes the last job");
  assert.ok(!pool.tryTake() && pool.borrow(), "another step starts with a borrowed job");
  assert.ok(!pool.borrow(), "no more steps than jobs");
  pool.give();
  assert.ok(!inStep.tryTake(), "the job that was lent is not available");
  inStep.give();
  assert.ok(inStep.tryTake());
  pool.give();
  assert.equal(free(pool), 2);
});
