import { assert, test } from "../../base/testing.ts";
import { emptyState, type State } from "../../plan/state.ts";
import { savePlan, saveState } from "../context/documents.ts";
import { planDigest } from "../context/keys.ts";
import { testPhase, testPlan, testPlatform, testStep } from "../context/test-context.ts";
import { workspaceAt } from "../context/workspace.ts";
import { decideResume, nextStep, statusOf } from "./resume.ts";

const plan = testPlan([testPhase("one", [testStep("a"), testStep("b")]), testPhase("two", [testStep("a")])]);
const record = { key: "0".repeat(64), output: "1".repeat(64), seconds: 1 };
const done = (...ids: string[]): State["done"] => Object.fromEntries(ids.map((id) => [id, record]));

test("the earliest incomplete stage is found", () => {
  const platform = testPlatform();
  const workspace = workspaceAt(platform, "work");
  assert.equal(decideResume(platform, workspace).stage, "plan-write");
  savePlan(platform, workspace, plan);
  assert.equal(decideResume(platform, workspace), {
    stage: "sysroot-runner",
    reason: "plan present, state missing",
    next: { phase: "one", step: "a" },
  });
  const state = emptyState(planDigest(platform, plan));
  saveState(platform, workspace, { ...state, done: done("one/a", "one/b", "two/a") });
  assert.equal(decideResume(platform, workspace).stage, "complete");
  saveState(platform, workspace, emptyState("f".repeat(64)));
  assert.equal(decideResume(platform, workspace).stage, "refused");
});

test("the next step is the first one that is not done", () => {
  const state = emptyState("0".repeat(64));
  assert.equal(nextStep(plan, { ...state, done: done("one/a") }), { phase: "one", step: "b" });
  assert.equal(nextStep(plan, { ...state, done: done("one/a", "one/b") }), { phase: "two", step: "a" });
  assert.equal(nextStep(plan, { ...state, done: done("one/a", "one/b", "two/a") }), undefined);
});

test("the status omits what does not apply; a finished build has next_phase=complete", () => {
  const workspace = workspaceAt(testPlatform(), "/w");
  assert.equal(Object.keys(statusOf(workspace, plan, undefined)), [
    "plan_path",
    "state_path",
    "report_dir",
    "next_phase",
    "next_step",
  ]);
  const failed = {
    ...emptyState("0".repeat(64)),
    lastFailure: { phase: "one", step: "a", report: "/r.json" },
  };
  const status = statusOf(workspace, plan, { ...failed, current: { phase: "one", step: "a" } });
  assert.equal(status.last_failure, "one/a");
  assert.equal(status.last_failure_report, "/r.json");
  assert.equal(status.current_phase, "one");
  assert.equal(
    statusOf(workspace, plan, { ...failed, done: done("one/a", "one/b", "two/a") }).next_phase,
    "complete",
  );
});
