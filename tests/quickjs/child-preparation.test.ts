/** `SpawnOptions.beforeStart` on QuickJS, and a child whose output never ends. */

import { collectBytes } from "../../src/base/bytes.ts";
import { Bq2Error } from "../../src/base/error.ts";
import { assert, test } from "../../src/base/testing.ts";
import { decodeUtf8 } from "../../src/base/text.ts";
import { systemCall } from "../../src/linux/syscalls.ts";
import { PR_SET_NO_NEW_PRIVS } from "../../src/platform/linux-abi.ts";
import { quickjsPlatform } from "../../src/platform/quickjs/platform.ts";

const platform = quickjsPlatform();
const { processes, clock } = platform;

function start(script: string, beforeStart: () => void) {
  const streams = { stdin: "ignore", stdout: "pipe", stderr: "inherit" } as const;
  return processes.spawn({ argv: ["/bin/sh", "-c", script], cwd: "/", env: {}, beforeStart, ...streams });
}

test("what a child does before its program starts holds for the program, and for nobody else", async () => {
  const call = { name: "prctl", action: "give up", what: "new privileges" } as const;
  let count = 0;
  const child = await start("grep NoNewPrivs /proc/self/status", () => {
    systemCall(platform, call, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    count += 1;
  });
  assert.equal(decodeUtf8(await collectBytes(child.stdout)), "NoNewPrivs:\t1\n");
  assert.equal([count, await child.wait()], [0, { code: 0 }]);
});

test("spawn throws what the preparation throws, with its code and hint", async () => {
  const fails = () => {
    throw new Bq2Error("Cannot do it: é", { code: "too-bad", hint: "try harder" });
  };
  const error = await assert.rejects(() => start("true", fails), /^Cannot do it: é$/);
  assert.ok(error instanceof Bq2Error);
  assert.equal([error.code, error.hint], ["too-bad", "try harder"]);
  const long = await assert.rejects(
    () =>
      start("true", () => {
        throw new Error("x".repeat(10_000));
      }),
    /^x+$/,
  );
  assert.equal((long as Error).message.length, 1000);
});

test("endless output of a child does not hold up the event loop", async () => {
  const child = await start("exec cat /dev/zero", () => {});
  let bytes = 0;
  const reading = (async () => {
    for await (const chunk of child.stdout) bytes += chunk.length;
  })();
  await clock.sleep(0.2);
  child.kill("SIGKILL");
  await reading;
  assert.equal(await child.wait(), { signal: "SIGKILL" });
  assert.ok(bytes > 0);
});
