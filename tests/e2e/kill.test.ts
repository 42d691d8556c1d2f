/** `kill -9` at random moments: a resumed build gets the digests of an undisturbed one. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { requireTools } from "../oracle.ts";
import { bq2, digests, expectSuccess, makePlace, type Place, removePlace, startBq2 } from "./bq2.ts";
import { smallStep, writeSmallPlan } from "./small-plan.ts";

const KILLS = 20;
/** Two chains of steps, which run side by side. */
const STEPS = Array.from({ length: 8 }, (_, n) => smallStep(`step${n}`, n < 2 ? [] : [`step${n - 2}`], 0.3));

/** The same moments in every run (a linear congruential generator; Numerical Recipes, 7.1). */
function* fractions(seed: number): Generator<number> {
  for (let x = seed; ; ) {
    x = (Math.imul(1664525, x) + 1013904223) >>> 0;
    yield x / 2 ** 32;
  }
}

/**
 * The runner and everything that it started. The processes around a step name the place in their arguments;
 * nothing of the caller's environment reaches them. Programs of the step are their descendants.
 */
function processesOf(place: Place): number[] {
  const parents = new Map<number, number>();
  const found = new Set<number>();
  for (const name of readdirSync("/proc")) {
    if (!/^[0-9]+$/.test(name)) continue;
    try {
      // proc_pid_stat(5): pid (comm) state ppid
      const stat = readFileSync(join("/proc", name, "stat"), "latin1");
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state === "Z") continue;
      parents.set(Number(name), Number(parent));
      const words = readFileSync(join("/proc", name, "cmdline"), "latin1");
      if (words.includes(place.folder) && !words.startsWith("kill\0")) found.add(Number(name));
    } catch {
      // it has ended
    }
  }
  const belongs = (pid: number): boolean => {
    const parent = parents.get(pid);
    return found.has(pid) || (parent !== undefined && belongs(parent));
  };
  return [...parents.keys()].filter(belongs);
}

describe.skipIf(!requireTools("gcc", "setpriv", "unshare"))("kill -9", () => {
  let place: Place;
  beforeEach(() => {
    place = makePlace();
  });
  afterEach(() => removePlace(place));

  test(`${KILLS} kills of runner or step do not change the digests of the build`, async () => {
    await writeSmallPlan(place, { steps: STEPS });
    expectSuccess(await bq2(place, "sysroot"));
    const undisturbed = digests(place);
    const random = fractions(1);
    const next = (): number => random.next().value ?? 0;
    let killed = 0;
    for (let round = 0; killed < KILLS; round++) {
      // If a build has finished between kills, the next one starts from nothing.
      if (round === 0 || (await bq2(place, "sysroot-status")).out.includes("next_phase=image")) {
        for (const path of [place.workdir, join(place.cache, "store")])
          rmSync(path, { recursive: true, force: true });
        await writeSmallPlan(place, { steps: STEPS });
      }
      const runner = startBq2(place, "sysroot", "--jobs", "2");
      await sleep(300 + 1500 * next());
      const alive = processesOf(place);
      const victim = next() < 0.5 ? runner.pid : alive[Math.floor(next() * alive.length)];
      if (victim !== undefined && runner.exitCode === null) {
        spawnSync("kill", ["-9", String(victim)]);
        killed++;
      }
      // When the step is killed the runner ends by itself, and the other way round.
      for (let waited = 0; processesOf(place).length > 0; waited++) {
        if (waited > 200) throw new Error(`still alive: ${processesOf(place).join(", ")}`);
        if (victim !== runner.pid && waited === 100) runner.kill("SIGKILL"); // the victim had already ended
        await sleep(50);
      }
    }
    expectSuccess(await bq2(place, "sysroot"));
    expect(digests(place)).toEqual(undisturbed);
  });

  test("Ctrl-C ends all steps and processes, with the shell's exit code and no failure report", async () => {
    await writeSmallPlan(place, { steps: ["slow", "slower"].map((name) => smallStep(name, [], 30)) });
    expectSuccess(await bq2(place, "sysroot-runner", "--phase", "host-setup"));
    const runner = startBq2(place, "sysroot", "--jobs", "2");
    await new Promise<void>((resolve) => {
      let said = "";
      runner.stderr.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (/Starting .* slow [\s\S]*Starting .* slower /.test(said)) resolve();
      });
    });
    await sleep(500); // until the steps' programs have started
    runner.kill("SIGINT");
    const code = await new Promise((resolve) => runner.once("exit", resolve));
    expect(code).toBe(130);
    await sleep(500);
    expect(processesOf(place)).toEqual([]);
    expect((await bq2(place, "sysroot-status")).out).not.toMatch(/last_failure/);
  });
});
