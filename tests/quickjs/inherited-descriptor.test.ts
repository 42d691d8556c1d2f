/** A step's inside half inherits descriptors, such as that of its result; its programs get none of them. */
import { collectBytes } from "../../src/base/bytes.ts";
import { assert, test } from "../../src/base/testing.ts";
import { decodeUtf8 } from "../../src/base/text.ts";
import { systemCall } from "../../src/linux/syscalls.ts";
import { AT_FDCWD, O_RDWR } from "../../src/platform/linux-abi.ts";
import { quickjsPlatform } from "../../src/platform/quickjs/platform.ts";

const platform = quickjsPlatform();

/** The descriptors of a new shell; `extraFds` as in `SpawnOptions`. */
async function descriptorsOfChild(extraFds: readonly number[]): Promise<string> {
  const script = 'for fd in /proc/self/fd/*; do if test -e "$fd"; then basename "$fd"; fi; done';
  const streams = { stdin: "ignore", stdout: "pipe", stderr: "inherit" } as const;
  const argv = ["/bin/sh", "-c", script];
  const child = await platform.processes.spawn({
    argv,
    cwd: "/",
    env: { PATH: "/usr/bin:/bin" },
    ...streams,
    extraFds,
  });
  const output = await collectBytes(child.stdout);
  assert.equal(await child.wait(), { code: 0 });
  return decodeUtf8(output).trim().replaceAll("\n", " ");
}

test("a child gets the descriptors that it is given, and none that its parent inherited", async () => {
  const call = { name: "openat", action: "open", what: "/dev/null" } as const;
  // As an inherited one: open across execve(2), because O_CLOEXEC is not set.
  const inherited = systemCall(platform, call, AT_FDCWD, "/dev/null", O_RDWR, 0);
  assert.ok(inherited > 2);
  assert.equal(await descriptorsOfChild([]), "0 1 2");
  assert.equal(await descriptorsOfChild([inherited]), "0 1 2 3");
  platform.files.close(inherited);
});
