import { assert, test } from "../base/testing.ts";
import { readText } from "../platform/files.ts";
import { consolesOf, untilSent, workingConsoles, writeTo } from "./consoles.ts";
import { settle, testMachine } from "./test-machine.ts";

const EIO = -5;

test("tty0 becomes tty1, a serial line stays; each is listed once", () => {
  assert.equal(consolesOf("tty0 ttyS0\n"), [
    { name: "tty1", term: "linux" },
    { name: "ttyS0", term: "vt220" },
  ]);
  assert.equal(
    consolesOf("tty1 tty0 hvc0").map(({ name }) => name),
    ["tty1", "hvc0"],
  );
});

test("without consoles in the kernel's list, /dev/console is used", () => {
  const [only] = consolesOf("");
  assert.equal(only?.name, "console");
});

test("a console that cannot be written to is left out", () => {
  const { platform, answers } = testMachine({
    "/sys/class/tty/console/active": "tty0 ttyS0\n",
    "/dev/tty1": "",
    "/dev/ttyS0": "",
  });
  const open = answers.openat;
  answers.openat = (args) => (args[1] === "/dev/ttyS0" ? EIO : (open?.(args) ?? 0));
  assert.equal(
    workingConsoles(platform).map(({ name }) => name),
    ["tty1"],
  );
});

test("text reaches a console; a missing console is not an error", () => {
  const { platform } = testMachine({ "/dev/ttyS0": "" });
  assert.ok(writeTo(platform, { name: "ttyS0", term: "vt220" }, "here\n"));
  assert.equal(readText(platform.files, "/dev/ttyS0"), "here\n");
  const absent = testMachine({});
  absent.answers.openat = () => EIO;
  assert.ok(!writeTo(absent.platform, { name: "ttyS9", term: "vt220" }, "lost\n"));
});

/**
 * Waits for a serial line whose queue has these sizes, the last one for good. Returns the looks and the
 * seconds.
 */
async function waitForQueue(sizes: readonly number[]): Promise<{ looks: number; seconds: number }> {
  const { platform, answers } = testMachine({ "/dev/ttyS0": "" });
  let looks = 0;
  answers.ioctl = ([, , queue]) => {
    if (queue instanceof Uint8Array) queue[0] = sizes[Math.min(looks++, sizes.length - 1)] ?? 0;
    return 0;
  };
  let isOver = false;
  untilSent(platform, [{ name: "ttyS0", term: "vt220" }]).then(() => {
    isOver = true;
  });
  let ticks = 0;
  for (await settle(); !isOver && ticks < 1000; await settle()) {
    platform.clock.advance(0.01);
    ticks++;
  }
  return { looks, seconds: ticks / 100 };
}

test("waits until text is sent, but not for long on a stopped terminal", async () => {
  assert.equal((await waitForQueue([18, 2, 0])).looks, 3);
  const stopped = await waitForQueue([18]);
  assert.ok(stopped.seconds > 0.9 && stopped.seconds < 1.1, `${stopped.seconds}`);
});
