/** {@link Processes.beFirst} on QuickJS: a subreaper gets orphans, like process 1 (prctl(2)). */
import { assert, test } from "../../src/base/testing.ts";
import { systemCall } from "../../src/linux/syscalls.ts";
import { PR_SET_CHILD_SUBREAPER } from "../../src/platform/linux-abi.ts";
import type { Child } from "../../src/platform/platform.ts";
import { quickjsPlatform } from "../../src/platform/quickjs/platform.ts";

const ORPHANS = 20;
const SECONDS_AT_MOST = 20;

const platform = quickjsPlatform();

function shell(script: string): Promise<Child> {
  const silent = { stdin: "ignore", stdout: "ignore", stderr: "inherit" } as const;
  return platform.processes.spawn({ argv: ["/bin/sh", "-c", script], cwd: "/", env: {}, ...silent });
}

test("the first process reaps orphans, and misses no end of its own children", async () => {
  const call = { name: "prctl", action: "become", what: "a subreaper" } as const;
  systemCall(platform, call, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  const orphans = new Set<number>();
  const errors: unknown[] = [];
  platform.processes.beFirst?.({
    orphanEnded: (pid) => orphans.add(pid),
    failed: (error) => errors.push(error),
  });
  // Each child leaves an orphan, and all end at about the same time.
  const children = await Promise.all(
    Array.from({ length: ORPHANS }, (_, code) => shell(`(sleep 0.2 &) ; sleep 0.2; exit ${code}`)),
  );
  const exits = await Promise.all(children.map((child) => child.wait()));
  assert.equal(
    exits,
    children.map((_, code) => ({ code })),
  );
  const killed = await shell("exec sleep 1000");
  killed.kill("SIGKILL");
  assert.equal(await killed.wait(), { signal: "SIGKILL" });
  for (let tries = 0; orphans.size < ORPHANS && tries < SECONDS_AT_MOST * 10; tries++)
    await platform.clock.sleep(0.1);
  assert.equal(orphans.size, ORPHANS);
  for (const { pid } of children) assert.ok(!orphans.has(pid), "a child was taken for an orphan");
  assert.equal(errors, []);
});
