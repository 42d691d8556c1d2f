/**
 * Steps side by side: the same bytes as one after another, a shared pool of jobs, and failures among them.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type InsideAction, SHARED_JOBS } from "../../src/plan/action.ts";
import type { Step } from "../../src/plan/plan.ts";
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

/** Replaces a step's last action, which sleeps. */
function ending(step: Step, ...actions: readonly InsideAction[]): Step {
  return withActions(step, (own) => [...own.slice(0, -1), ...actions]);
}

/** A step that runs make with nine targets, which print how many of them run at once. */
function makeStep(name: string): Step {
  const step = smallStep(name);
  const targets = Array.from({ length: 9 }, (_, n) => `t${n}`).join(" ");
  const text = `all: ${targets}\n${targets}:\n\t@mkdir at.$@; echo at once: $$(ls -d at.* | wc -l); sleep 0.4; rmdir at.$@\n`;
  const path = `${step.workdir}/Makefile`;
  return ending(step, { kind: "write-file", path, mode: "0644", text }, runIn(step, "make", SHARED_JOBS));
}

describe.skipIf(!requireTools("gcc", "make", "setpriv", "unshare"))("steps side by side", () => {
  let place: Place;
  let other: Place;
  beforeEach(() => {
    place = makePlace();
    other = makePlace();
  });
  afterEach(() => {
    removePlace(place);
    removePlace(other);
  });

  test("get the same digests as one after another", async () => {
    const steps = [
      ...["a", "b", "c"].map((name) => smallStep(name, [], 1)),
      smallStep("d", ["a", "b"]),
      smallStep("e", ["d"]),
    ];
    const order = async (where: Place, jobs: string): Promise<string> => {
      await writeSmallPlan(where, { steps });
      const { error } = expectSuccess(await bq2(where, "sysroot", "--jobs", jobs));
      const lines = error.match(/(Building|Finished) [a-e] /g) ?? [];
      return lines.map((line) => `${line.startsWith("B") ? "+" : "-"}${line.at(-2)}`).join("");
    };
    expect(await order(place, "1")).toMatch(/^(\+(\w)-\2){5}$/);
    const parallel = await order(other, "3");
    expect(parallel).toMatch(/^(\+[abc]){3}/);
    expect(parallel.indexOf("+d")).toBeGreaterThan(Math.max(parallel.indexOf("-a"), parallel.indexOf("-b")));
    expect(digests(other)).toEqual(digests(place));
    const { out } = expectSuccess(await bq2(other, "timings"));
    expect(out).toMatch(/Critical path\n[\s\S]*rootfs-from-sysroot\/d\n[\s\S]*rootfs-from-sysroot\/e\n/);
  });

  test("a make that runs alone gets all jobs, and prints nothing about its jobserver", async () => {
    await writeSmallPlan(place, { steps: [makeStep("made")] });
    expectSuccess(await bq2(place, "sysroot", "--jobs", "3"));
    const log = readFileSync(join(place.workdir, `logs/${SMALL_PHASE}/made.log`), "utf8");
    const counts = [...log.matchAll(/at once: (\d+)/g)].map(([, count]) => Number(count));
    expect(counts.length).toBe(9);
    expect(Math.max(...counts)).toBe(3);
    expect(log).not.toMatch(/warning|jobserver unavailable/);
  });

  test("after a failure no step starts, running steps finish, each failure has its report", async () => {
    const fails = (step: Step): Step => ending(step, runIn(step, "ls", "/no/such/file"));
    const slow = smallStep("slow", [], 3);
    const steps = [fails(smallStep("bad")), fails(smallStep("worse")), slow, smallStep("never", ["slow"])];
    await writeSmallPlan(place, { steps });
    const failed = await bq2(place, "sysroot", "--jobs", "3");
    expect(failed.code).toBe(1);
    expect(failed.error).toMatch(/Failed rootfs-from-sysroot\/bad, failure report in/);
    expect(failed.error).toMatch(/Failed rootfs-from-sysroot\/worse, failure report in/);
    expect(failed.error).toMatch(/Starting no more steps; waiting for .*rootfs-from-sysroot\/slow.* to end/);
    expect(failed.error).toMatch(/Finished slow in/);
    expect(failed.error).not.toMatch(/Building never/);
    expect(readdirSync(join(documents(place, "state"), "../sysroot-build-reports"))).toHaveLength(2);
    expect(readJson<State>(documents(place, "state")).done[`${SMALL_PHASE}/slow`]).toBeDefined();
  });
});
