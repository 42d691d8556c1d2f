import { assert, test } from "../base/testing.ts";
import { InsideActionSchema, SHARED_JOBS } from "../plan/action.ts";
import { parseAs } from "../plan/parse.ts";
import { copy, makeFolder, remove, run, runMake, symlink, writeFile } from "./inside-actions.ts";

test("every short form gives an action that a plan accepts as it is", () => {
  const actions = [
    run("/w", ["cc", "-c"], { CC: "gcc" }),
    runMake("/w", ["all"]),
    copy("/a", "/b"),
    copy("/include", "/to", ".h"),
    remove("/a"),
    symlink("/bin/cc", "gcc"),
    makeFolder("/root", "0700"),
    writeFile("/bin/sh", "#!\n", "0755"),
  ];
  for (const action of actions)
    assert.equal(parseAs(InsideActionSchema, JSON.stringify(action), "the action", ""), action);
});

test("make shares the jobs of the build, other programs do not", () => {
  const words = (action: ReturnType<typeof run>) => (action.kind === "run" ? action.argv : []);
  assert.equal(words(runMake("/w", ["all"])), ["make", SHARED_JOBS, "all"]);
  assert.equal(words(run("/w", ["make", "all"])), ["make", "all"]);
});
