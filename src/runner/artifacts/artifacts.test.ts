import { assert, test } from "../../base/testing.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { readText } from "../../platform/files.ts";
import {
  addTestOutput,
  testContext,
  testPhase,
  testPlan,
  testPlatform,
  testStep,
} from "../context/test-context.ts";
import { runPlan } from "../run/run.ts";
import { makesImage, tarballPath } from "./artifacts.ts";

const RUN = { resume: true, reports: true, phases: ["finalize"] };
const INSIDE = { namespace: "bq2", destdir: null } as const;

/** A rootfs of two packages, and a tarball that the coordinator writes itself. */
const PLAN = testPlan([
  testPhase("one", [testStep("a"), testStep("b")], INSIDE),
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
    { namespace: "host", destdir: null },
  ),
]);

function scene() {
  const platform = testPlatform();
  const logged: string[] = [];
  const context = testContext(platform, PLAN, logged);
  addTestOutput(context, { phase: "one", step: "a" }, { "usr/a": "a" });
  addTestOutput(context, { phase: "one", step: "b" }, { "usr/b": "b" }, { "usr/link": "b" });
  return { platform, context, logged };
}

test("SHA256SUMS has the digest of the tarball's uncompressed form", async () => {
  const { platform, context } = scene();
  await runPlan(context, RUN);
  const path = tarballPath(context);
  assert.ok((platform.files.status(path)?.size ?? 0) > 0);
  const { output } = context.state().done["finalize/tarball"] ?? {};
  assert.equal(
    readText(platform.files, `${context.workspace.artifacts}/SHA256SUMS`),
    `${output}  rootfs.tar\n`,
  );
});

test("a tarball is written again only if it was changed or removed", async () => {
  const { platform, context, logged } = scene();
  const count = () => logged.filter((line) => line.startsWith("Wrote ")).length;
  await runPlan(context, RUN);
  await runPlan(context, RUN);
  assert.equal(count(), 1);
  const path = tarballPath(context);
  const bytes = platform.files.readFile(path);
  platform.files.writeFile(path, Uint8Array.from([...bytes.slice(0, -1), 0x55]));
  await runPlan(context, RUN);
  assert.equal(count(), 2);
  assert.equal(platform.files.readFile(path), bytes);
  platform.files.removeFile(path);
  await runPlan(context, RUN);
  assert.equal(count(), 3);
});

test("equal rootfs give equal tarballs, different ones different tarballs", async () => {
  const digest = async (text: string) => {
    const { context } = scene();
    addTestOutput(context, { phase: "one", step: "b" }, { "usr/b": text });
    await runPlan(context, RUN);
    return context.state().done["finalize/tarball"]?.output;
  };
  assert.equal(await digest("b"), await digest("b"));
  assert.ok((await digest("b")) !== (await digest("c")));
});

test("one path from two packages is a conflict that names both", async () => {
  const { context } = scene();
  addTestOutput(context, { phase: "one", step: "b" }, { "usr/a": "another" });
  await assert.rejects(() => runPlan(context, RUN), /one\/a and one\/b both write \/usr\/a/);
});

test("a plan without artifacts is reported", () => {
  const { context } = scene();
  assert.ok(!makesImage(context.plan));
  const bare = testContext(testPlatform(), testPlan([testPhase("one", [testStep("a")])]));
  assert.throws(() => tarballPath(bare), /Cannot name the rootfs tarball: profile minimal makes none/);
});

test("a rootfs that is not built cannot be packed", async () => {
  const platform = testPlatform();
  platform.files.makeFolder("/home");
  platform.files.writeFile("/home/x", encodeUtf8(""));
  await assert.rejects(() => runPlan(testContext(platform, PLAN), RUN), /Cannot continue without one\/a/);
});
