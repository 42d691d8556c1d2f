import { assert, test } from "../../base/testing.ts";
import { encodeUtf8 } from "../../base/text.ts";
import type { Phase, Step } from "../../plan/plan.ts";
import { makeFolders } from "../../platform/files.ts";
import type { RunContext } from "../context/context.ts";
import {
  addTestOutput,
  testContext,
  testPhase,
  testPlan,
  testPlatform,
  testStep,
} from "../context/test-context.ts";
import { ledger, unwantedEntries } from "./ledger.ts";

const SEED = "5".repeat(64);
const GCC = "\u007fELF the seed's gcc";

/** A step that only copies, without running a program. */
function copying(name: string): Step {
  const actions = [{ kind: "copy" as const, from: "/usr/bin/gcc", to: "/opt/sysroot/bin/gcc", only: "" }];
  return { ...testStep(name), build: { kind: "actions", why: "a test", actions } };
}

function contextOf(phases: readonly Phase[], isOwn = false): RunContext {
  const platform = testPlatform();
  const context = testContext(platform, testPlan(phases));
  const folder = `/cache/seeds/${SEED}`;
  makeFolders(platform.files, `${folder}/rootfs/usr/bin`);
  const record = { name: "test", arch: "x86_64", digest: SEED };
  platform.files.writeFile(`${folder}/seed.json`, encodeUtf8(JSON.stringify(record)));
  platform.files.writeFile(`${folder}/rootfs/usr/bin/gcc`, encodeUtf8(GCC));
  platform.files.writeFile(`${folder}/rootfs/usr/bin/script`, encodeUtf8("#!/bin/sh\n"));
  if (isOwn) platform.files.writeFile(`${folder}/rootfs/.bq2-rootfs`, encodeUtf8("1\n"));
  context.update({ seedDigest: SEED });
  return context;
}

const sysroot = (steps: readonly Step[]): Phase =>
  testPhase("sysroot-from-seed", steps, { destdir: null, writes: ["/opt/sysroot"] });
const need = [{ phase: "sysroot-from-seed", step: "gcc" }];
const system = testPhase("system-from-sysroot", [testStep("make", need)], {
  namespace: "bq2",
  destdir: null,
});

test("a step in the seed sees the seed's machine code, one in the new system only copies of it", () => {
  const context = contextOf([sysroot([copying("gcc")]), system]);
  addTestOutput(context, { phase: "sysroot-from-seed", step: "gcc" }, { "opt/sysroot/bin/gcc": GCC });
  addTestOutput(
    context,
    { phase: "system-from-sysroot", step: "make" },
    { "usr/bin/make": "\u007fELF make" },
  );
  const entries = ledger(context);
  assert.equal(entries, [
    { phase: "sysroot-from-seed", step: "gcc", ofSeed: ["/usr/bin/gcc"], carried: [] },
    { phase: "system-from-sysroot", step: "make", ofSeed: [], carried: ["/opt/sysroot/bin/gcc"] },
  ]);
  assert.equal(unwantedEntries(context.plan, entries), []); // the toolchain may be the seed's
});

test("a seed's file that a build installed is recognized by its bytes, unless the seed is our own", () => {
  for (const isOwn of [false, true]) {
    const context = contextOf([sysroot([testStep("gcc")]), system], isOwn);
    addTestOutput(
      context,
      { phase: "sysroot-from-seed", step: "gcc" },
      { "usr/lib/taken": GCC, made: "\u007fELF" },
    );
    addTestOutput(context, { phase: "system-from-sysroot", step: "make" }, {});
    const unwanted = unwantedEntries(context.plan, ledger(context));
    assert.equal(
      unwanted.map(({ step, carried }) => [step, carried]),
      isOwn ? [] : [["make", ["/usr/lib/taken"]]],
    );
  }
});
