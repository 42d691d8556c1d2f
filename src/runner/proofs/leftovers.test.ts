import { assert, test } from "../../base/testing.ts";
import {
  addTestOutput,
  testContext,
  testPhase,
  testPlan,
  testPlatform,
  testStep,
} from "../context/test-context.ts";
import { findLeftovers } from "./leftovers.ts";

/** The leftovers in a rootfs of one package with these files and links. */
function leftoversOf(
  texts: Readonly<Record<string, string>>,
  links: Readonly<Record<string, string>> = {},
): string[] {
  const context = testContext(testPlatform(), testPlan([testPhase("one", [testStep("pkg")])]));
  addTestOutput(context, { phase: "one", step: "pkg" }, texts, links);
  return findLeftovers(context).map(({ step, path, word }) => `${step} ${path} ${word}`);
}

test("names of the build in files and links are found, with their package", () => {
  assert.equal(leftoversOf({ "usr/bin/good": "nothing /opt/sys root" }), []);
  assert.equal(
    leftoversOf(
      { a: "\u0000/opt/sysroot/bin/x and /workspace/src/x.c", b: "x86_64-linux-gnu" },
      { c: "/workspace/build/x", d: "usr" },
    ),
    ["pkg /a /opt/sysroot", "pkg /a /workspace/src", "pkg /b x86_64-linux-gnu", "pkg /c /workspace/build"],
  );
});

test("folders of this machine are found", () => {
  assert.equal(leftoversOf({ a: "/cache/bq2/store" }), ["pkg /a /cache"]);
  assert.equal(leftoversOf({ a: "/home/work/x" }), ["pkg /a /home/work"]);
});

test("a word across two reads is found", () => {
  const padding = ".".repeat((1 << 20) - 5);
  assert.equal(leftoversOf({ a: `${padding}/opt/sysroot` }), ["pkg /a /opt/sysroot"]);
  assert.equal(leftoversOf({ a: `${padding}${padding}/opt/sysroot` }), ["pkg /a /opt/sysroot"]);
});

test("this project's own program may name the folders that it makes", () => {
  assert.equal(leftoversOf({ "usr/bin/bq2": "/opt/sysroot", "usr/bin/bq2x": "/opt/sysroot" }), [
    "pkg /usr/bin/bq2x /opt/sysroot",
  ]);
});

test("a date that no source can have is found", () => {
  assert.equal(leftoversOf({ a: "made on Nov 24 2099" }), ["pkg /a Nov 24 2099"]);
});
