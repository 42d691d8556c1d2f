import { assert, test } from "../base/testing.ts";
import { type MemoryPlatform, memoryPlatform } from "../platform/memory/platform.ts";
import { countQuickEnds, isHopeless, waitBeforeStart } from "./back-off.ts";
import type { KernelLog } from "./kernel-log.ts";
import { type Supervised, Supervisor } from "./supervise.ts";
import { settle } from "./test-machine.ts";

function silentLog(): KernelLog & { readonly lines: string[] } {
  const lines: string[] = [];
  const add = (line: string): void => void lines.push(line);
  return { lines, info: add, warn: add, error: add };
}

function programOf(platform: MemoryPlatform, name: string, fallback?: string): Supervised {
  return {
    name: "console test",
    argv: [name],
    fallback: fallback === undefined ? undefined : [fallback],
    start: (argv) =>
      platform.processes.spawn({
        argv,
        cwd: "/",
        env: {},
        stdin: "ignore",
        stdout: "ignore",
        stderr: "ignore",
      }),
  };
}

test("waits grow from none to a minute, and a long run resets them", () => {
  const waits = Array.from({ length: 13 }, (_, quickEnds) => waitBeforeStart(quickEnds));
  assert.equal(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
  assert.equal([countQuickEnds(5, 0.5), countQuickEnds(5, 2)], [6, 0]);
  assert.equal([2, 3].map(isHopeless), [false, true]);
});

test("a program that works is restarted whenever it ends", async () => {
  const platform = memoryPlatform();
  let starts = 0;
  platform.programs.set("worker", async () => {
    starts += 1;
    await platform.clock.sleep(10);
    return 0;
  });
  const supervisor = new Supervisor(platform.clock, silentLog());
  supervisor.keepRunning(programOf(platform, "worker"));
  for (let i = 0; i < 5; i++) {
    await settle();
    platform.clock.advance(10);
  }
  await settle();
  assert.equal(starts, 6);
});

test("after three quick ends the fallback is started, and the program is tried again after it", async () => {
  const platform = memoryPlatform();
  const started: string[] = [];
  platform.programs.set("prompt", () => {
    started.push("prompt");
    return started.length > 3 ? platform.clock.sleep(1000).then(() => 0) : 1;
  });
  platform.programs.set("sh", async () => {
    started.push("sh");
    await platform.clock.sleep(100);
    return 0;
  });
  const log = silentLog();
  new Supervisor(platform.clock, log).keepRunning(programOf(platform, "prompt", "sh"));
  await settle();
  assert.equal(started, ["prompt", "prompt", "prompt", "sh"]);
  assert.match(log.lines.join("\n"), /console test: prompt failed 3 times in a row: it ended with code 1/);
  platform.clock.advance(100);
  await settle();
  assert.equal(started.at(-1), "prompt");
});

test("a missing program is logged and retried with waits", async () => {
  const platform = memoryPlatform();
  const log = silentLog();
  new Supervisor(platform.clock, log).keepRunning(programOf(platform, "absent"));
  await settle();
  const tries = () => log.lines.filter((line) => /Cannot start absent/.test(line)).length;
  assert.equal(tries(), 4);
  platform.clock.advance(1);
  await settle();
  assert.equal(tries(), 5);
});

test("after the end nothing is restarted, and running programs get a hang-up", async () => {
  const platform = memoryPlatform();
  const heard: string[] = [];
  let starts = 0;
  platform.programs.set("sh", async ({ killed }) => {
    starts += 1;
    heard.push(await killed);
    return 0;
  });
  const supervisor = new Supervisor(platform.clock, silentLog());
  const over = supervisor.keepRunning(programOf(platform, "sh"));
  await settle();
  supervisor.end();
  await over;
  assert.equal([starts, heard], [1, ["SIGHUP"]]);
});
