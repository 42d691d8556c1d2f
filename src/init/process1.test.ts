import { assert, test } from "../base/testing.ts";
import "../plan/parse.ts"; // process 1 loads both on demand; here they are there at once
import "../system/description.ts";
import { readText } from "../platform/files.ts";
import { describeStep } from "./boot-step.ts";
import { runProcess1 } from "./process1.ts";
import { BOOT_STEPS, READY_MARKER } from "./system.ts";
import { settle, testMachine } from "./test-machine.ts";

const EROFS = -30;
const ECHILD = -10;

const FILES = {
  "/dev/kmsg": "",
  "/dev/tty1": "",
  "/dev/ttyS0": "",
  "/etc/hostname": "bq2\n",
  "/etc/os-release": "NAME=bq2\n",
  "/proc/cmdline": "rw quiet bq2.console=shell\n",
  "/proc/mounts": "/dev/vda2 / ext4 rw 0 0\n/dev/vdb /mnt ext4 rw 0 0\n",
  "/proc/sys/kernel/panic": "0\n",
  "/root/.profile": "",
  "/sys/class/tty/console/active": "tty0 ttyS0\n",
};

/** A machine on which shells and DHCP clients run until they are killed. */
function machine(files: { readonly [path: string]: string } = {}) {
  const made = testMachine({ ...FILES, ...files });
  const started: string[] = [];
  for (const name of ["sh", "dhcp-client"]) {
    made.platform.programs.set(name, async ({ argv, env, killed }) => {
      started.push([env.TERM, ...argv].filter((word) => word !== undefined).join(" "));
      await killed;
      return 0;
    });
  }
  made.platform.files.makeFolder("/run");
  return { ...made, started, log: () => readText(made.platform.files, "/dev/kmsg") };
}

test("each step has its own description and a reason", () => {
  const words = BOOT_STEPS.map((step) => describeStep(step));
  assert.equal(words.length, new Set(words).size);
  for (const { why } of BOOT_STEPS) assert.ok(why.length > 0);
  assert.equal(words.slice(0, 2), ["mount proc on /proc", "mount sysfs on /sys"]);
});

test("a boot mounts, sets the host name, starts a shell per console and a DHCP client per card", async () => {
  const { platform, calls, started } = machine();
  runProcess1(platform);
  await settle();
  const mounts = calls.filter((call) => call.startsWith("mount ")).map((call) => call.split(" ")[2]);
  assert.equal(mounts, ["/proc", "/sys", "/sys/fs/cgroup", "/dev/pts", "/dev/shm", "/run", "/tmp"]);
  assert.ok(calls.includes("sethostname bytes 3"));
  assert.equal(started, ["linux /bin/sh -l", "vt220 /bin/sh -l", "dhcp-client eth0"]);
  for (const name of ["tty1", "ttyS0"])
    assert.ok(readText(platform.files, `/dev/${name}`).includes(READY_MARKER), name);
  assert.equal(readText(platform.files, "/proc/sys/kernel/panic"), "10\n");
  assert.equal(platform.files.readLink("/dev/stdin"), "/proc/self/fd/0");
});

test("the description's kernel settings are set", async () => {
  const description = {
    format: "bq2-system/1",
    name: "router",
    sysctls: { "net.ipv4.ip_forward": "1" },
    network: { interfaces: [], nameServers: [] },
    services: [],
  };
  const { platform, started } = machine({
    "/etc/bq2/system.json": JSON.stringify(description),
    "/proc/sys/net/ipv4/ip_forward": "0\n",
  });
  runProcess1(platform);
  for (let i = 0; i < 50 && started.length < 2; i++) await settle();
  assert.equal(readText(platform.files, "/proc/sys/net/ipv4/ip_forward"), "1\n");
});

test("a read-only root opens the rescue shell; leaving the shell continues the boot", async () => {
  const { platform, answers, started, log } = machine();
  answers.faccessat = () => EROFS;
  answers.mount = ([, target]) => (target === "/" ? EROFS : 0);
  let leave: () => void = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  platform.programs.set("sh", async ({ argv, killed }) => {
    started.push(argv.join(" "));
    await Promise.race([left, killed]);
    return 0;
  });
  runProcess1(platform);
  await settle();
  assert.equal(started, ["/bin/sh -l", "/bin/sh -l"]);
  assert.match(readText(platform.files, "/dev/ttyS0"), /rescue: Cannot make \/ writable.*read-only/);
  assert.match(log(), /<3>bq2: Cannot make \/ writable/);
  assert.ok(!readText(platform.files, "/dev/ttyS0").includes(READY_MARKER));
  leave();
  await settle();
  assert.ok(readText(platform.files, "/dev/ttyS0").includes(READY_MARKER));
});

const COUNTED = {
  "/sys/firmware/efi/efivars/Bq2CountedEntry-b92e0c3a-6d1f-4f58-9c0e-5b2a71e4d683": "\u0006\0\0\0new",
  "/sys/class/block/vda1/uevent": "DEVNAME=vda1\nPARTNAME=bq2-esp\n",
};

test("a counted boot is confirmed once the system is up, unless it needed rescue", async () => {
  const counted = machine(COUNTED);
  runProcess1(counted.platform);
  await settle();
  assert.ok(counted.calls.some((call) => call.startsWith("mount efivarfs /sys/firmware/efi/efivars ")));
  assert.ok(counted.calls.some((call) => call.startsWith("mount /dev/vda1 ")));
  assert.match(counted.log(), /<6>bq2: the boot entry "new" has all its tries again/);

  const rescued = machine(COUNTED);
  rescued.answers.mount = ([, target]) => (target === "/tmp" ? EROFS : 0);
  rescued.platform.programs.set("sh", () => 0);
  runProcess1(rescued.platform);
  await settle();
  assert.ok(readText(rescued.platform.files, "/dev/ttyS0").includes(READY_MARKER));
  assert.ok(!rescued.calls.some((call) => call.startsWith("mount /dev/vda1 ")));
});

test("if a boot cannot be confirmed, the consoles show an error and the boot goes on", async () => {
  const { platform, answers, log, started } = machine(COUNTED);
  answers.mount = ([, , type]) => (type === "vfat" ? -19 : 0); // ENODEV
  runProcess1(platform);
  await settle();
  assert.match(log(), /<3>bq2: cannot confirm the boot to the boot loader: Cannot mount vfat on/);
  assert.equal(started.length, 3);
});

test("if an optional step fails, it is logged and the boot goes on", async () => {
  const { platform, answers, log } = machine();
  answers.mount = ([, target]) => (target === "/sys/fs/cgroup" ? -19 : 0); // ENODEV
  runProcess1(platform);
  await settle();
  assert.match(log(), /Cannot mount cgroup2 on \/sys\/fs\/cgroup \(a supervisor .*\): Cannot/);
  assert.ok(readText(platform.files, "/dev/ttyS0").includes(READY_MARKER));
});

test("the command line can request the rescue shell, which comes before the consoles", async () => {
  const { platform } = machine({ "/proc/cmdline": "rw bq2.rescue\n" });
  runProcess1(platform);
  await settle();
  assert.match(readText(platform.files, "/dev/ttyS0"), /rescue: requested by bq2\.rescue/);
  assert.ok(!readText(platform.files, "/dev/ttyS0").includes(READY_MARKER));
});

test("an error in process 1 itself opens the rescue shell, then restarts in good order", async () => {
  const { platform, calls, answers, started } = machine({
    "/sys/class/input/event0/device/capabilities/key": "x 0",
  });
  answers.waitid = () => ECHILD;
  platform.programs.set("sh", ({ argv }) => {
    started.push(argv.join(" "));
    return 0;
  });
  runProcess1(platform);
  await settle();
  assert.equal(started, ["/bin/sh -l", "/bin/sh -l"]);
  assert.match(readText(platform.files, "/dev/tty1"), /rescue: process 1 failed/);
  assert.ok(calls.some((call) => call.startsWith("reboot") && call.includes(String(0x01234567))));
});

const ENDINGS = [
  { signal: "SIGUSR2", command: 0x4321fedc },
  { signal: "SIGTERM", command: 0x01234567 },
  { signal: "SIGUSR1", command: 0xcdef0123 },
  { signal: "SIGINT", command: 0x01234567 },
] as const;

for (const { signal, command } of ENDINGS) {
  test(`${signal} ends all processes, flushes, unmounts, and calls reboot(2) last`, async () => {
    const { platform, calls, answers, started } = machine();
    answers.waitid = () => ECHILD;
    runProcess1(platform);
    await settle();
    const before = calls.length;
    platform.processes.raise(signal);
    platform.processes.raise("SIGTERM"); // the first one counts
    await settle();
    const ends = calls.slice(before).filter((call) => /^(kill|waitid|sync|umount2|mount|reboot)/.test(call));
    assert.equal(ends.slice(0, 8), [
      "kill -1 15",
      "kill -1 18",
      "waitid 0 0 null 16777221 null",
      "kill -1 9",
      "waitid 0 0 null 16777221 null",
      "sync",
      "umount2 /mnt 0",
      "mount null / null 33 null",
    ]);
    assert.match(ends[8] ?? "", new RegExp(`^reboot \\d+ \\d+ ${command} `));
    assert.equal(started.length, 3, "nothing is started again");
  });
}

test("processes get three seconds to end, then are killed and get two more", async () => {
  const { platform, calls } = machine();
  runProcess1(platform);
  await settle();
  platform.processes.raise("SIGUSR2");
  await settle();
  const startedAt = platform.clock.monotonicSeconds();
  const seconds = async (reached: () => boolean): Promise<number> => {
    while (!reached()) {
      platform.clock.advance(0.05);
      await settle();
    }
    return Math.round(platform.clock.monotonicSeconds() - startedAt);
  };
  assert.equal(await seconds(() => calls.includes("kill -1 9")), 3);
  assert.equal(await seconds(() => calls.includes("sync")), 5);
});
