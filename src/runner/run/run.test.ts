import { assert, test } from "../../base/testing.ts";
import { encodeUtf8 } from "../../base/text.ts";
import type { FailureReport } from "../../plan/failure-report.ts";
import type { Plan } from "../../plan/plan.ts";
import { makeFolders, readText } from "../../platform/files.ts";
import type { MemoryPlatform } from "../../platform/memory/platform.ts";
import { testContext, testPhase, testPlan, testPlatform, testStep } from "../context/test-context.ts";
import { type Inside, playNamespaces } from "../step/test-namespaces.ts";
import { runPlan } from "./run.ts";
import { runInStep } from "./step-shell.ts";

const ALL = { resume: true, reports: true };
const INSIDE = { namespace: "bq2", destdir: null } as const;

/** Two steps; `second` needs `first`. Each writes a file with its name and its first action's words. */
const PLAN = testPlan([
  testPhase("one", [testStep("first"), testStep("second", [{ phase: "one", step: "first" }])], INSIDE),
]);

/** Writes one file for a step: `/usr/<name>` with the words of its first action. */
function writeName(platform: MemoryPlatform, seen: string[]): Inside {
  return {
    step({ view, actions }, upper) {
      const name = view.mountPoint.split("/").at(-2) ?? "";
      const [action] = actions;
      seen.push(name);
      makeFolders(platform.files, `${upper}/usr`, 0o755);
      const text = action?.kind === "run" ? action.argv.join(" ") : "";
      platform.files.writeFile(`${upper}/usr/${name}`, encodeUtf8(text));
      return {};
    },
  };
}

function scene(plan: Plan = PLAN) {
  const platform = testPlatform();
  const logged: string[] = [];
  const seen: string[] = [];
  platform.files.makeFolder("/home", 0o755);
  playNamespaces(platform, writeName(platform, seen));
  return { platform, logged, seen, context: testContext(platform, plan, logged) };
}

/** Runs the plan, which must fail; returns the failure report that the state names. */
async function failedReport(
  context: ReturnType<typeof testContext>,
  pattern: RegExp,
): Promise<FailureReport> {
  await assert.rejects(() => runPlan(context, ALL), pattern);
  const path = context.state().lastFailure?.report ?? "";
  return JSON.parse(readText(context.platform.files, path)) as FailureReport;
}

test("a run builds each step after its needs, stores its output and lays out the rootfs", async () => {
  const { platform, context, seen } = scene();
  await runPlan(context, ALL);
  assert.equal(seen, ["first", "second"]);
  const { done } = context.state();
  assert.equal(Object.keys(done), ["one/first", "one/second"]);
  const output = done["one/second"]?.output ?? "";
  assert.equal(readText(platform.files, `${context.store.treeOf(output)}/usr/second`), "make");
  assert.equal(platform.files.list(`${context.workspace.bq2Rootfs}/usr`).sort(), ["first", "second"]);
  assert.equal(platform.files.status(`${context.workspace.work}/one/first`), undefined);
});

test("a finished step is not built again, and another workspace takes it from the store", async () => {
  const { platform, context, seen, logged } = scene();
  await runPlan(context, ALL);
  await runPlan(context, ALL);
  assert.ok(logged.includes("Finished second already"));
  const other = testContext(platform, PLAN, logged);
  await runPlan(other, ALL);
  assert.ok(logged.includes("Finished second (its output was in the store)"));
  assert.equal(seen, ["first", "second"]);
});

test("a changed step is built again, and its dependents only if its output changed", async () => {
  const { platform, context, seen } = scene();
  await runPlan(context, ALL);
  const needs = [{ phase: "one", step: "first" }];
  const changed = testPlan([
    testPhase("one", [testStep("first", [], ["V=1"]), testStep("second", needs)], INSIDE),
  ]);
  await runPlan(testContext(platform, changed), ALL);
  assert.equal(seen, ["first", "second", "first", "second"]);
  const sameOutput = testPlan([
    testPhase("one", [testStep("first", [], ["--quiet"]), testStep("second", needs)], INSIDE),
  ]);
  playNamespaces(platform, {
    step(request, upper, run) {
      const [action] = request.actions;
      const plain = action?.kind === "run" ? { ...action, argv: ["make"] } : action;
      return writeName(platform, seen).step?.(
        { ...request, actions: plain === undefined ? [] : [plain] },
        upper,
        run,
      );
    },
  });
  await runPlan(testContext(platform, sameOutput), ALL);
  assert.equal(seen, ["first", "second", "first", "second", "first"]);
});

test("a step that gives a different output for the same inputs is reported as not reproducible", async () => {
  const { platform, context, logged } = scene();
  await runPlan(context, ALL);
  playNamespaces(platform, {
    step(_, upper) {
      platform.files.writeFile(`${upper}/random`, encodeUtf8("4"));
      return {};
    },
  });
  await runPlan(context, { ...ALL, resume: false, packages: ["first"] });
  assert.ok(logged.some((line) => line.startsWith("one/first is not reproducible: the same inputs gave ")));
});

test("a failed step leaves a failure report with its action, and the next run continues there", async () => {
  const { platform, context, seen } = scene();
  playNamespaces(platform, {
    step: () => ({ failedAction: 0, message: "Program failed with exit code 2: make", exitCode: 2 }),
  });
  const report = await failedReport(context, /Cannot build one\/first: Program failed with exit code 2/);
  assert.equal([report.phase, report.step, report.argv, report.exitCode], ["one", "first", ["make"], 2]);
  assert.match(report.enter, /sysroot-runner --workdir .* --phase one --package first --altcmd \/bin\/sh$/);
  assert.ok(platform.files.status(`${context.workspace.work}/one/first`) !== undefined);
  playNamespaces(platform, writeName(platform, seen));
  await runPlan(context, ALL);
  assert.equal(context.state().lastFailure, null);
  assert.equal(seen, ["first", "second"]);
});

test("a step that the user stops leaves no failure report", async () => {
  const { platform, context } = scene();
  playNamespaces(platform, {
    async step(_, __, { killed }) {
      while (!context.interruption.happened()) {
        platform.processes.raise("SIGINT");
        await Promise.resolve();
      }
      await killed;
      return undefined;
    },
  });
  await assert.rejects(() => runPlan(context, ALL), /^Stopped one\/first$/);
  assert.equal(context.state().lastFailure, null);
});

test("the failure report of a killed step names no action", async () => {
  const { platform, context } = scene();
  playNamespaces(platform, { step: () => undefined });
  const report = await failedReport(context, /Cannot build one\/first: /);
  assert.equal(report.actionIndex, null);
});

/** A finished rootfs, and a tarball written in its namespace. */
const WITH_TARBALL = testPlan([
  ...PLAN.phases,
  testPhase(
    "finalize",
    [
      {
        ...testStep("tarball"),
        build: {
          kind: "coordinator",
          action: { kind: "pack-rootfs", file: "rootfs", program: "/usr/bin/bq2" },
        },
      },
    ],
    INSIDE,
  ),
]);

test("the command in a failed tarball's failure report enters the tarball's namespace", async () => {
  const { platform, context, seen } = scene(WITH_TARBALL);
  const steps = writeName(platform, seen);
  let layers: readonly string[] = [];
  const entered: string[][] = [];
  playNamespaces(platform, {
    step(request, upper, run) {
      if (!request.view.mountPoint.includes("/tarball/")) return steps.step?.(request, upper, run);
      if (request.view.root.kind === "overlay") layers = request.view.root.layers;
      return { failedAction: 0, message: "No space left on device", exitCode: 1 };
    },
    enter({ view, command }) {
      assert.equal(view.root.kind === "overlay" && view.root.layers, layers);
      entered.push(command);
      return 7;
    },
  });
  const report = await failedReport(context, /Cannot build finalize\/tarball: No space left/);
  assert.match(report.enter, /--phase finalize --package tarball --altcmd/);
  assert.equal(
    await runInStep(context, { phases: ["finalize"], packages: ["tarball"] }, ["/bin/sh", "-c", "true"]),
    7,
  );
  assert.equal(entered, [["/bin/sh", "-c", "true"]]);
});

test("a step in no namespace cannot be entered, and its failure report names no command", async () => {
  const finalize = WITH_TARBALL.phases[1];
  assert.ok(finalize);
  const plan = testPlan([...PLAN.phases, { ...finalize, namespace: "host" }]);
  const { context, platform } = scene(plan);
  await runPlan(context, { ...ALL, phases: ["one"] });
  platform.files.writeFile(context.workspace.artifacts, encodeUtf8("in the way"));
  const report = await failedReport(context, /output/);
  assert.equal([report.enter, report.log], ["", ""]);
  await assert.rejects(
    () => runInStep(context, { phases: ["finalize"], packages: ["tarball"] }, ["/bin/sh"]),
    /Cannot enter finalize\/tarball: it runs in no namespace/,
  );
});

test("an unknown phase or step is refused", async () => {
  const { context } = scene();
  await assert.rejects(() => runPlan(context, { ...ALL, phases: ["two"] }), /Cannot find the phase two/);
  await assert.rejects(() => runPlan(context, { ...ALL, packages: ["third"] }), /Cannot find the step third/);
});
