/** More children than select(2) could watch, all at once. */
import { collectBytes } from "../../src/base/bytes.ts";
import { assert, test } from "../../src/base/testing.ts";
import { decodeUtf8, encodeUtf8 } from "../../src/base/text.ts";
import { systemCall } from "../../src/linux/syscalls.ts";
import { readText } from "../../src/platform/files.ts";
import { quickjsPlatform } from "../../src/platform/quickjs.ts";

/** Each has three descriptors here: two pipes, and what tells its end. 4,096 is the kernel's usual hard limit. */
const CHILDREN = 1200;

const { files, host, kernel, processes } = quickjsPlatform();

test("1,200 children at once each get their input and give their output", async () => {
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

test("a child has the limit of descriptors that this process was given", async () => {
  const argv = ["/bin/sh", "-c", "ulimit -n"];
  const streams = { stdin: "ignore", stdout: "pipe", stderr: "inherit" } as const;
  const child = await processes.spawn({ argv, cwd: "/", env: {}, ...streams });
  const output = await collectBytes(child.stdout);
  const parent = systemCall({ kernel, host }, { name: "getppid", action: "ask for", what: "the parent" });
  const limits = readText(files, `/proc/${parent}/limits`);
  assert.equal(decodeUtf8(output).trim(), /^Max open files +(\d+)/m.exec(limits)?.[1]);
});
