import { assert, test } from "../../base/testing.ts";
import {
  addTestOutput,
  testContext,
  testPhase,
  testPlan,
  testPlatform,
  testStep,
} from "../context/test-context.ts";
import { allocatedBytes, diskUse } from "./disk-use.ts";

test("a file with several names counts once, and a missing folder takes nothing", () => {
  const { files } = testPlatform();
  files.makeFolder("/a");
  const empty = allocatedBytes(files, "/a");
  files.writeFile("/a/file", new Uint8Array(5000));
  const one = allocatedBytes(files, "/a") - empty;
  assert.ok(one >= 5000, String(one));
  files.link("/a/file", "/a/again");
  assert.equal(allocatedBytes(files, "/a") - empty, one);
  files.writeFile("/a/other", new Uint8Array(5000));
  assert.equal(allocatedBytes(files, "/a") - empty, 2 * one);
  assert.equal(allocatedBytes(files, "/nothing"), 0);
  files.makeFolder("/closed", 0o000); // as overlayfs leaves one; the memory platform lists it anyway
  files.writeFile("/closed/file", new Uint8Array(5000));
  const closed = allocatedBytes(files, "/closed") - empty;
  files.makeFolder("/top");
  files.rename("/closed", "/top/closed");
  assert.equal(allocatedBytes(files, "/top"), 2 * empty);
  assert.ok(closed >= 5000, String(closed));
});

test("the outputs of a plan are found in the store", () => {
  const plan = testPlan([testPhase("one", [testStep("a")])]);
  const context = testContext(testPlatform(), plan);
  addTestOutput(context, { phase: "one", step: "a" }, { "usr/big": "x".repeat(10_000) });
  const found = Object.fromEntries(diskUse(context).map(({ what, bytes }) => [what, bytes]));
  assert.ok((found["outputs of steps"] ?? 0) >= 10_000, "the output");
  assert.equal([found.archives, found.seed, found["unpacked sources"]], [0, 0, 0]);
});
