/**
 * Calls the runtime's primitives with random arguments, each seed in its own process. To repeat a crash, run
 * `dist/quickjs/tests tests/quickjs/fuzz.ts SEED ROUNDS`.
 */
import { assert, test } from "../../src/base/testing.ts";
import { decodeUtf8 } from "../../src/base/text.ts";
import { quickjsPlatform } from "../../src/platform/quickjs/platform.ts";

const SEEDS = 6;
const ROUNDS = 2000;

const { host, processes } = quickjsPlatform();

for (let seed = 1; seed <= SEEDS; seed++) {
  test(`random arguments never crash the runtime: seed ${seed}, ${ROUNDS} rounds`, async () => {
    const child = await processes.spawn({
      argv: [...host.self, "tests/quickjs/fuzz.ts", String(seed), String(ROUNDS)],
      cwd: "/",
      env: {},
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    let complaints = "";
    for await (const chunk of child.stderr) complaints += decodeUtf8(chunk);
    assert.equal(await child.wait(), { code: 0 }, complaints);
  });
}
