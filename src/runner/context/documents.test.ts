import { assert, test } from "../../base/testing.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { emptyState } from "../../plan/state.ts";
import { loadPlan, loadState, requirePlan, savePlan, saveState, stateOfPlan } from "./documents.ts";
import { planDigest } from "./keys.ts";
import { testPhase, testPlan, testPlatform, testStep } from "./test-context.ts";
import { workspaceAt } from "./workspace.ts";

const plan = testPlan([testPhase("one", [testStep("a")])]);

function place() {
  const platform = testPlatform();
  return { platform, workspace: workspaceAt(platform, "work") };
}

test("a plan and a state are read as they were written", () => {
  const { platform, workspace } = place();
  savePlan(platform, workspace, plan);
  assert.equal(loadPlan(platform, workspace), plan);
  const state = emptyState(planDigest(platform, plan));
  saveState(platform, workspace, state);
  assert.equal(loadState(platform, workspace), state);
  assert.equal(stateOfPlan(platform, workspace, plan), state);
});

test("a missing plan is an error", () => {
  const { platform, workspace } = place();
  assert.throws(() => requirePlan(platform, workspace), /Cannot find a plan at \/home\/work/);
});

test("half a state file is refused with its name", () => {
  const { platform, workspace } = place();
  saveState(platform, workspace, emptyState("0".repeat(64)));
  const text = platform.files.readFile(workspace.state);
  platform.files.writeFile(workspace.state, text.subarray(0, text.length / 2));
  assert.throws(
    () => loadState(platform, workspace),
    /Cannot read .*state\.json: it is damaged or cut short/,
  );
  platform.files.writeFile(workspace.state, new Uint8Array());
  assert.throws(() => loadState(platform, workspace), /the file is empty/);
});

test("a plan of another format is refused with the JSON path", () => {
  const { platform, workspace } = place();
  savePlan(platform, workspace, plan);
  platform.files.writeFile(workspace.plan, encodeUtf8(JSON.stringify({ ...plan, epoch: "today" })));
  assert.throws(() => loadPlan(platform, workspace), /at \$\.epoch: /);
  platform.files.writeFile(workspace.plan, encodeUtf8(JSON.stringify({ ...plan, colour: 1 })));
  assert.throws(() => loadPlan(platform, workspace), /at \$\.colour: /);
});

test("a state of another plan is refused", () => {
  const { platform, workspace } = place();
  saveState(platform, workspace, emptyState(planDigest(platform, { ...plan, profile: "full" })));
  const error = assert.throws(() => stateOfPlan(platform, workspace, plan), /the state belongs to plan/);
  assert.equal((error as { code?: string }).code, "plan-changed");
});
