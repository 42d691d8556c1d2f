/** More children at once than select(2) could watch. */
import { collectBytes } from "../../src/base/bytes.ts";
import { assert, test } from "../../src/base/testing.ts";
import { decodeUtf8, encodeUtf8 } from "../../src/base/text.ts";
import { quickjsPlatform } from "../../src/platform/quickjs/platform.ts";

/** Each needs three descriptors here: two pipes and a pidfd. 4,096 is the kernel's usual hard limit. */
const CHILDREN = 1200;

/** An unusual limit, far below the hard limit. */
const LIMIT = 333;

const { host, processes } = quickjsPlatform();

test("each of 1,200 simultaneous children gets its input and returns its output", async () => {
  const started = [];
  for (let i = 0; i < CHILDREN; i++) {
    const streams = { stdin: "pipe", stdout: "pipe", stderr: "inherit" } as const;
    started.push(await processes.spawn({ argv: ["/bin/cat"], cwd: "/", env: {}, ...streams }));
  }
  const texts = started.map(async (child, index) => {
    await child.write(encodeUtf8(`child ${index}`));
    child.closeInput();
    const output = await collectBytes(child.stdout);
    assert.equal(await child.wait(), { code: 0 });
    return decodeUtf8(output);
  });
  assert.equal(
    await Promise.all(texts),
    started.map((_, index) => `child ${index}`),
  );
});

test("a child gets the descriptor limit that its parent got, not the raised one", async () => {
  const program = ["tests/quickjs/descriptor-limit.ts"];
  const argv = ["/bin/sh", "-c", `ulimit -S -n ${LIMIT} && exec "$0" "$@"`, ...host.self, ...program];
  const streams = { stdin: "ignore", stdout: "pipe", stderr: "inherit" } as const;
  const parent = await processes.spawn({ argv, cwd: "/", env: {}, ...streams });
  const output = await collectBytes(parent.stdout);
  assert.equal([decodeUtf8(output), await parent.wait()], [`${LIMIT}\n`, { code: 0 }]);
});
