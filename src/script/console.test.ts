import { assert, test } from "../base/testing.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import { formatAll, makeConsole } from "./console.ts";

test("strings stay, values are inspected, formats are filled in", () => {
  assert.equal(formatAll(["a", { b: 1 }, 2n]), "a { b: 1 } 2n");
  assert.equal(
    formatAll(["%s is %d of %j, 100%%", "x", "5", { a: 1 }, "rest"]),
    'x is 5 of {"a":1}, 100% rest',
  );
  assert.equal(formatAll(["%s and %s", "one"]), "one and %s");
  assert.equal(formatAll(["50%", 1]), "50% 1");
  assert.equal(formatAll([]), "");
});

test("each function writes to the right stream", () => {
  const platform = memoryPlatform();
  const console = makeConsole(platform.host, platform.clock);
  console.log("out");
  console.error("error");
  console.assert(true, "unseen");
  console.assert(false, "seen");
  console.time("t");
  platform.clock.advance(0.25);
  console.timeEnd("t");
  assert.equal(platform.written, { out: "out\nt: 250.000 ms\n", error: "error\nAssertion failed seen\n" });
});
