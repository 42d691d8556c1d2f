/** The test harness itself, on the firmware alone: without a disk it starts its own shell. */
import { expect, test } from "vitest";
import { ARCH_NAMES, ARCHES } from "../../src/base/arch.ts";
import { canRunVm, withVm } from "./qemu.ts";

const FIRMWARE_START_SECONDS = 120;

for (const arch of ARCH_NAMES) {
  test.skipIf(!canRunVm(arch))(
    `${ARCHES[arch].emulator.program}: the UEFI shell answers, and powers off`,
    async () => {
      await withVm({ arch }, async (vm) => {
        await vm.waitFor(/UEFI Interactive Shell v\d/, FIRMWARE_START_SECONDS);
        await vm.waitFor(/Press ESC/, 30);
        vm.send("\x1b");
        await vm.waitFor(/Shell> /, 30);
        vm.send("echo bq2-%cwd%-answer\r");
        await vm.waitFor(/bq2--answer/, 30);
        vm.send("reset -s\r");
        await vm.waitForPowerOff(30);
      });
    },
  );
}

test.skipIf(!canRunVm("x86_64"))(
  "waiting for missing text fails in time, shows the console, and ends the machine",
  async () => {
    const startedAt = Date.now();
    const failure = withVm({ arch: "x86_64" }, async (vm) => {
      await vm.waitFor(/BdsDxe/, FIRMWARE_START_SECONDS);
      await vm.waitFor(/never printed/, 1);
    });
    await expect(failure).rejects.toThrow(
      /Cannot find \/never printed\/ .* not in 1 s.*BdsDxe.*console: dist/s,
    );
    expect(Date.now() - startedAt).toBeLessThan(FIRMWARE_START_SECONDS * 1000);
  },
);

test.skipIf(!canRunVm("x86_64"))("a machine that cannot start says why", async () => {
  const disk = { path: "/nonexistent/disk.qcow2", format: "qcow2" } as const;
  const failure = withVm({ arch: "x86_64", disk }, (vm) => vm.waitFor(/Shell/, 10));
  await expect(failure).rejects.toThrow(/the machine is off.*QEMU: .*disk\.qcow2/s);
});
