/**
 * The build's machinery on a plan of small steps: resuming, store, failure reports, entering a step, status.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FailureReport } from "../../src/plan/failure-report.ts";
import type { State } from "../../src/plan/state.ts";
import { requireTools } from "../oracle.ts";
import {
  bq2,
  digests,
  documents,
  expectSuccess,
  makePlace,
  type Place,
  readJson,
  removePlace,
} from "./bq2.ts";
import { runIn, SMALL_PHASE, smallStep, withActions, writeSmallPlan } from "./small-plan.ts";

const available = requireTools("gcc", "make", "flex", "bison", "bc", "tar");

describe.skipIf(!available)("a small plan", () => {
  let place: Place;
  beforeEach(() => {
    place = makePlace();
  });
  afterEach(() => removePlace(place));

  const tarball = () => join(place.workdir, "output", "bq2-rootfs-0.1.0-x86_64.tar.gz");
  const status = async () => {
    const { out } = expectSuccess(await bq2(place, "sysroot-status"));
    return Object.fromEntries(
      out
        .trim()
        .split("\n")
        .map((line) => line.split("=")),
    );
  };

  test("is built once; then there is nothing to do", async () => {
    await writeSmallPlan(place, { steps: [smallStep("one"), smallStep("two", ["one"])] });
    expect((await status()).next_step).toBe("download-sources");
    const first = expectSuccess(await bq2(place, "sysroot"));
    expect(first.error).toMatch(/Z INFO - Finished two in /);
    expect(await status()).toMatchObject({ next_phase: "image", next_step: "disk-image" });
    const second = expectSuccess(await bq2(place, "sysroot"));
    expect(second.error).not.toMatch(/Building/);
    expect(existsSync(tarball())).toBe(true);
  });

  test("without its state, comes back from the store with the same digests", async () => {
    await writeSmallPlan(place, { steps: [smallStep("one"), smallStep("two", ["one"])] });
    expectSuccess(await bq2(place, "sysroot"));
    const before = digests(place);
    rmSync(documents(place, "state"));
    rmSync(join(place.workdir, "output"), { recursive: true });
    const again = expectSuccess(await bq2(place, "sysroot"));
    expect(again.error).toMatch(/Finished one \(its output was in the store\)/);
    expect(digests(place)).toEqual(before);
  });

  test("a change rebuilds only its step and what depends on a changed output", async () => {
    const steps = [smallStep("one"), smallStep("two", ["one"]), smallStep("three")];
    await writeSmallPlan(place, { steps });
    expectSuccess(await bq2(place, "sysroot"));
    // Another way to the same output: only `one` is built.
    await writeSmallPlan(place, { steps: [smallStep("one", [], 0.2), ...steps.slice(1)] });
    const same = expectSuccess(await bq2(place, "sysroot")).error;
    expect(same.match(/Building (\w+)/g)).toEqual(["Building one"]);
    // Another output: both are built.
    const changed = withActions(smallStep("one"), (actions) =>
      actions.map((a) => (a.kind === "write-file" ? { ...a, text: a.text.replace("one", "ONE") } : a)),
    );
    await writeSmallPlan(place, { steps: [changed, ...steps.slice(1)] });
    const other = expectSuccess(await bq2(place, "sysroot")).error;
    expect(other.match(/Building (\w+)/g)).toEqual(["Building one", "Building two", "Building rootfs"]);
  });

  test("a failed step leaves a failure report, log and tree; the build continues from there", async () => {
    const broken = smallStep("two", ["one"]);
    const withFailure = withActions(broken, (actions) => [...actions, runIn(broken, "ls", "/no/such/file")]);
    await writeSmallPlan(place, { steps: [smallStep("one"), withFailure] });
    const failed = await bq2(place, "sysroot");
    expect(failed.code).toBe(1);
    expect(failed.error).toMatch(
      /bq2: Cannot build rootfs-from-sysroot\/two: Program failed with exit code 2: \/usr\/bin\/ls/,
    );
    const report = readJson<FailureReport>((await status()).last_failure_report ?? "");
    expect(report).toMatchObject({
      phase: SMALL_PHASE,
      step: "two",
      actionIndex: 5,
      argv: ["ls", "/no/such/file"],
      cwd: "/workspace/build/two",
      exitCode: 2,
      signal: null,
    });
    expect(report.env.LC_ALL).toBe("C");
    expect(report.lastLines.join("\n")).toMatch(/cannot access '\/no\/such\/file'/);
    expect(readFileSync(report.log, "utf8")).toMatch(/gcc -static/);
    // The report's command opens a shell on the failed step's tree, with what the step needs.
    const look = spawnSync("sh", ["-c", report.enter], {
      encoding: "utf8",
      env: { ...process.env, BQ2_CACHE: place.cache },
      input: "ls /workspace/build/two /bq2-rootfs/usr/bin; exit 3\n",
    });
    expect([look.status, look.stdout]).toEqual([
      3,
      expect.stringMatching(/usr\/bin:\ntwo\n[\s\S]*build\/two:\nx\.c/),
    ]);
    expect((await status()).next_step).toBe("two");
    await writeSmallPlan(place, { steps: [smallStep("one"), broken] });
    const fixed = expectSuccess(await bq2(place, "sysroot"));
    expect(fixed.error.match(/Building (\w+)/g)).toEqual(["Building two", "Building rootfs"]);
    expect((await status()).last_failure).toBeUndefined();
  });

  test("a single step says which outputs it needs; --no-resume builds again and compares", async () => {
    await writeSmallPlan(place, { steps: [smallStep("one"), smallStep("two", ["one"])] });
    expectSuccess(await bq2(place, "sysroot-runner", "--phase", "host-setup"));
    const early = await bq2(place, "sysroot-runner", "--phase", SMALL_PHASE, "--package", "two");
    expect(early.code).toBe(1);
    expect(early.error).toMatch(/Cannot continue without rootfs-from-sysroot\/one.*--package one/);
    expectSuccess(await bq2(place, "sysroot-runner", "--phase", SMALL_PHASE));
    const again = expectSuccess(await bq2(place, "sysroot-runner", "--package", "two", "--no-resume"));
    expect(again.error).toMatch(/Building two/);
    expect(again.error).not.toMatch(/not reproducible/);
  });

  test("a step that writes where its phase does not allow it is refused", async () => {
    const outside = { kind: "write-file" as const, path: "/opt/outside", mode: "0644", text: "" };
    await writeSmallPlan(place, {
      steps: [withActions(smallStep("one"), (actions) => [...actions, outside])],
    });
    const refused = await bq2(place, "sysroot");
    expect(refused.code).toBe(1);
    expect(refused.error).toMatch(
      /Cannot keep the output of rootfs-from-sysroot\/one: it wrote \/opt\/outside/,
    );
    expect(readJson<State>(documents(place, "state")).done[`${SMALL_PHASE}/one`]).toBeUndefined();
  });

  test("overrides that match nothing, a truncated state and a plan of another kind are refused", async () => {
    await writeSmallPlan(place, { steps: [smallStep("one")] });
    const good = readFileSync(documents(place, "overrides"), "utf8");
    writeFileSync(documents(place, "overrides"), good.replace('"remove":["etc"', '"remove":["nothing"'));
    const unmatched = await bq2(place, "sysroot");
    expect(unmatched.code).toBe(1);
    expect(unmatched.error).toMatch(/\$\.phases\.rootfs-from-sysroot\.remove\[0\]: no such step: nothing/);
    writeFileSync(documents(place, "overrides"), good.slice(0, 100));
    expect((await bq2(place, "sysroot")).error).toMatch(
      /Cannot read .*overrides\.json: it is damaged or cut short/,
    );
    writeFileSync(documents(place, "overrides"), good);

    expectSuccess(await bq2(place, "sysroot-runner", "--phase", "host-setup"));
    const state = readFileSync(documents(place, "state"), "utf8");
    writeFileSync(documents(place, "state"), state.slice(0, state.length / 2));
    const halved = await bq2(place, "sysroot");
    expect(halved.code).toBe(1);
    expect(halved.error).toMatch(/Cannot read .*state\.json: it is damaged or cut short.*--no-resume/);
    writeFileSync(
      documents(place, "state"),
      state.replace(/"planDigest": "[0-9a-f]{64}"/, `"planDigest": "${"0".repeat(64)}"`),
    );
    expect((await bq2(place, "sysroot")).error).toMatch(
      /Cannot continue: the state belongs to plan 000000000000…/,
    );
    writeFileSync(documents(place, "state"), state);

    expect((await bq2(place, "sysroot", "--seed", "debian-12")).error).toMatch(
      /the plan in .* has seed host/,
    );
    expect((await bq2(place, "sysroot", "--arch", "aarch64")).error).toMatch(/has arch x86_64/);
    expectSuccess(await bq2(place, "sysroot"));

    // Starting over keeps the overrides of the user; without a network it then stops at the real sources.
    const anew = await bq2(place, "sysroot", "--no-resume", "--seed", "host", "--offline");
    expect(anew.error).toMatch(/Set the overrides aside/);
    expect(readFileSync(`${documents(place, "overrides")}.old`, "utf8")).toBe(good);
  });
});
