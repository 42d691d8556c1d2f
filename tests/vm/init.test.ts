/** Process 1 in the image that this checkout builds: what it starts and cleans up, and how it ends. */
import { beforeAll, describe, expect, test } from "vitest";
import { READY_MARKER } from "../../src/init/system.ts";
import {
  BUILD_MINUTES,
  type BuiltImage,
  buildImage,
  canBootImage,
  checkRoot,
  withDiskOf,
} from "./built-image.ts";
import { type OwnKernel, type Vm, withVm } from "./qemu.ts";

/** Under emulation, on a busy machine. */
const BOOT_SECONDS = 240;
const ANSWER_SECONDS = 60;
const END_SECONDS = 120;

const SHELL = "bq2.console=shell";

interface Where {
  readonly disk?: BuiltImage["disk"];
  readonly writes?: OwnKernel["writes"];
}

describe.skipIf(!canBootImage())("process 1", () => {
  let image: BuiltImage;
  beforeAll(
    async () => {
      image = await buildImage();
    },
    BUILD_MINUTES * 60 * 1000,
  );

  /** Boots with these words on the kernel's command line. */
  function boot(words: string, body: (vm: Vm) => Promise<void>, where: Where = {}): Promise<void> {
    const { disk = image.disk, writes = "forget" } = where;
    const kernel = { path: image.kernel, words, writes };
    return withVm({ arch: "x86_64", disk, kernel, network: true }, body);
  }

  async function bootToShell(vm: Vm): Promise<void> {
    await vm.waitFor(new RegExp(READY_MARKER), BOOT_SECONDS);
    await vm.waitFor(/# /, ANSWER_SECONDS);
  }

  /**
   * What a shell command prints. The quotes distinguish it from the echo of the typed line, which may wrap.
   */
  async function answer(vm: Vm, command: string): Promise<string> {
    vm.send(`echo 'b'egin=; ${command}; echo 'e'nd=$?=\n`);
    const [, text = ""] = await vm.waitFor(/\nbegin=\n([\s\S]*?)end=\d+=\n/, ANSWER_SECONDS);
    return text;
  }

  test("a boot sets up mounts, devices, name, clock, network and consoles, leaves no zombies, powers off clean", async () => {
    await withDiskOf(image, async (disk) => {
      const run = async (vm: Vm): Promise<void> => {
        await bootToShell(vm);
        expect(await answer(vm, "hostname; tty; echo $TERM $HOME $PATH")).toMatch(
          /^bq2\n\/dev\/ttyS0\nvt220 \/root \/usr\/sbin:\/usr\/bin\n/,
        );
        const mounts = await answer(vm, "cut -d' ' -f2,3 /proc/mounts");
        for (const mount of ["/proc proc", "/sys sysfs", "/sys/fs/cgroup cgroup2", "/dev/pts devpts"])
          expect(mounts).toContain(`${mount}\n`);
        for (const mount of ["/dev/shm", "/run", "/tmp"]) expect(mounts).toContain(`${mount} tmpfs\n`);
        expect(await answer(vm, "echo a | cat /dev/stdin /dev/fd/0")).toMatch(/^a\n/);
        expect(await answer(vm, "cat /proc/1/cmdline | tr '\\0' ' '; readlink /proc/1/exe")).toMatch(
          /^\/sbin\/init.*\/usr\/bin\/bq2\n/,
        );
        expect(await answer(vm, "ip addr show lo")).toMatch(/127\.0\.0\.1/);

        // The DHCP client has finished when there is a name server.
        await answer(
          vm,
          "for i in $(seq 60); do grep -q nameserver /etc/resolv.conf && break; sleep 1; done",
        );
        expect(await answer(vm, "ip addr show eth0; ip route; cat /etc/resolv.conf")).toMatch(
          /10\.0\.2\.15\/24[\s\S]*default via 10\.0\.2\.2[\s\S]*nameserver 10\.0\.2\.3/,
        );

        // Processes whose parents have ended, many at a time.
        await answer(vm, "for i in $(seq 50); do (sleep 1 & sleep 1 &); done; sleep 4");
        expect(await answer(vm, "grep -l 'State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l")).toMatch(
          /^0\n/,
        );
        expect(await answer(vm, "ps -o args | grep -c '^sleep 1'")).toMatch(/^0\n/);

        // Each console has its session; one that ends is restarted, with the terminal's original settings.
        expect(await answer(vm, "ps -o tty,args | grep -c '[/]bin/sh -l'")).toMatch(/^2\n/);
        vm.send("stty -echo; echo left-$((1 + 1)); sleep 2; exit\n"); // a hang-up drops unsent text
        await vm.waitFor(/left-2[\s\S]*# /, ANSWER_SECONDS);
        expect(await answer(vm, "stty | grep -c -- '-echo\\b'")).toMatch(/^0\n/);

        await answer(vm, "echo kept > /root/kept; mkdir -p /mnt/a && mount -t tmpfs a /mnt/a");
        vm.send("(trap '' TERM; sleep 1000) & poweroff\n"); // a process that ignores SIGTERM
        await vm.waitFor(/bq2: powering off/, ANSWER_SECONDS);
        await vm.waitForPowerOff(END_SECONDS);
        expect(vm.log()).not.toMatch(/bq2: (shutdown|Cannot)/);
      };
      await boot(SHELL, run, { disk, writes: "keep" });
      expect(checkRoot(disk, false).code).toBe(0);
    });
  });

  test("the power button and a reboot shut down in good order", async () => {
    await boot(SHELL, async (vm) => {
      await bootToShell(vm);
      await vm.monitor("system_powerdown");
      await vm.waitFor(/bq2: powering off/, ANSWER_SECONDS);
      await vm.waitForPowerOff(END_SECONDS);
    });
    await boot(SHELL, async (vm) => {
      await bootToShell(vm);
      vm.send("reboot\n");
      await vm.waitFor(/bq2: restarting/, ANSWER_SECONDS);
      await vm.waitForPowerOff(END_SECONDS); // QEMU exits at a restart
    });
  });

  test("Ctrl-Alt-Del restarts in good order", async () => {
    await boot(SHELL, async (vm) => {
      await bootToShell(vm);
      await vm.monitor("sendkey ctrl-alt-delete");
      await vm.waitFor(/bq2: restarting/, ANSWER_SECONDS);
      await vm.waitForPowerOff(END_SECONDS);
    });
  });

  test("the rescue prompt opens on request; leaving it continues the boot", async () => {
    await boot(`${SHELL} bq2.rescue`, async (vm) => {
      await vm.waitFor(/bq2: rescue: requested by bq2\.rescue/, BOOT_SECONDS);
      await vm.waitFor(/# /, ANSWER_SECONDS);
      expect(vm.log()).not.toContain(READY_MARKER);
      vm.send("exit\n");
      await bootToShell(vm);
    });
  });

  test("a read-only disk opens the rescue prompt, which says so and can power off", async () => {
    await boot(
      SHELL,
      async (vm) => {
        await vm.waitFor(/bq2: rescue: Cannot make \/ writable.*read-only/, BOOT_SECONDS);
        await vm.waitFor(/# /, ANSWER_SECONDS);
        vm.send("poweroff\n");
        await vm.waitForPowerOff(END_SECONDS);
      },
      { writes: "refuse" },
    );
  });

  test("without a disk the kernel says what is missing, and restarts", async () => {
    const kernel = { path: image.kernel, words: "", writes: "forget" } as const;
    await withVm({ arch: "x86_64", kernel }, async (vm) => {
      await vm.waitFor(/Cannot open root device "PARTLABEL=bq2-root"/, BOOT_SECONDS);
      await vm.waitFor(/Kernel panic - not syncing: VFS: Unable to mount root fs/, ANSWER_SECONDS);
      await vm.waitFor(/Rebooting in 10 seconds/, ANSWER_SECONDS);
      await vm.waitForPowerOff(END_SECONDS); // QEMU exits at a restart
    });
  });

  test("after a power cut during writes the next boot works, and the disk is sound", async () => {
    await withDiskOf(image, async (disk) => {
      await boot(
        SHELL,
        async (vm) => {
          await bootToShell(vm);
          vm.send(
            "i=0; while :; do i=$((i+1)); cp /bin/busybox /root/f$((i%20)); sync; echo wrote=$i=; done\n",
          );
          await vm.waitFor(/wrote=10=/, END_SECONDS);
          await vm.cutPower();
        },
        { disk, writes: "keep" },
      );
      expect(checkRoot(disk, true).code).toBe(0);
      await boot(
        SHELL,
        async (vm) => {
          await bootToShell(vm);
          expect(await answer(vm, "cmp /bin/busybox /root/f1 && echo same")).toMatch(/^same\n/);
          vm.send("poweroff\n");
          await vm.waitForPowerOff(END_SECONDS);
        },
        { disk, writes: "keep" },
      );
      expect(checkRoot(disk, false).code).toBe(0);
    });
  });
});
