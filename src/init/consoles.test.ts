import { assert, test } from "../base/testing.ts";
import { readText } from "../platform/files.ts";
import { consolesOf, workingConsoles, writeTo } from "./consoles.ts";
import { testMachine } from "./test-machine.ts";

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
