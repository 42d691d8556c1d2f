import { assert, test } from "../base/testing.ts";
import { readText } from "../platform/files.ts";
import { consolesOf, untilSent, workingConsoles, writeTo } from "./consoles.ts";
import { settle, testMachine } from "./test-machine.ts";

const EIO = -5;

test("the screen is tty1, a serial line itself; each once", () => {
  assert.equal(consolesOf("tty0 ttyS0\n"), [
    { name: "tty1", term: "linux" },
    { name: "ttyS0", term: "vt220" },
  ]);
  assert.equal(
    consolesOf("tty1 tty0 hvc0").map(({ name }) => name),
    ["tty1", "hvc0"],
  );
});

test("where the kernel tells of none, /dev/console is left", () => {
  const [only] = consolesOf("");
  assert.equal(only?.name, "console");
});

test("a console that takes nothing is left out", () => {
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

test("text reaches a console; one that is not there is no error", () => {
  const { platform } = testMachine({ "/dev/ttyS0": "" });
  assert.ok(writeTo(platform, { name: "ttyS0", term: "vt220" }, "here\n"));
  assert.equal(readText(platform.files, "/dev/ttyS0"), "here\n");
  const absent = testMachine({});
  absent.answers.openat = () => EIO;
  assert.ok(!writeTo(absent.platform, { name: "ttyS9", term: "vt220" }, "lost\n"));
});

/** Waits for a serial line whose queue has these sizes, the last one from then on: how often it is looked at, and the seconds. */
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

test("what was written is waited for; a terminal that is stopped holds nothing up for long", async () => {
  assert.equal((await waitForQueue([18, 2, 0])).looks, 3);
  const stopped = await waitForQueue([18]);
  assert.ok(stopped.seconds > 0.9 && stopped.seconds < 1.1, `${stopped.seconds}`);
});
