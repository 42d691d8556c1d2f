import { ARCHES } from "../base/arch.ts";
import { assert, test } from "../base/testing.ts";
import { type Machine, qemuArgv } from "./qemu.ts";

const MACHINE: Machine = {
  arch: "x86_64",
  acceleration: "tcg",
  memoryMiB: 512,
  cpuCount: 2,
  firmware: { code: "/fw/CODE.fd", variables: "/fw/VARS.fd", format: "raw" },
  disk: { path: "/out/a.qcow2", format: "qcow2", keepChanges: false },
  network: false,
  serial: "pipe",
};

/** The value after the first option of that name. */
function option(argv: readonly string[], name: string): string | undefined {
  return argv[argv.indexOf(name) + 1];
}

test("an emulated machine has every CPU feature, and leaves disk and firmware as they are", () => {
  const argv = qemuArgv("/usr/bin/qemu", MACHINE);
  assert.equal(argv[0], "/usr/bin/qemu");
  assert.equal(option(argv, "-accel"), "tcg");
  assert.equal(option(argv, "-cpu"), "max");
  assert.equal(
    argv.filter((_, i) => argv[i - 1] === "-drive"),
    [
      "if=pflash,unit=0,format=raw,readonly=on,file=/fw/CODE.fd",
      "if=pflash,unit=1,format=raw,snapshot=on,file=/fw/VARS.fd",
      "if=none,id=disk,format=qcow2,snapshot=on,file=/out/a.qcow2",
    ],
  );
  assert.ok(argv.includes("-no-reboot"));
});

test("kvm takes the host's CPU", () => {
  assert.equal(option(qemuArgv("q", { ...MACHINE, acceleration: "kvm" }), "-cpu"), "host");
});

test("changes are kept on request", () => {
  const disk = { path: "/out/a.raw", format: "raw", keepChanges: true } as const;
  assert.ok(
    qemuArgv("q", { ...MACHINE, disk }).includes("if=none,id=disk,format=raw,snapshot=off,file=/out/a.raw"),
  );
});

test("a comma in a path does not end the option", () => {
  const disk = { path: "/a,b/c,,d.qcow2", format: "qcow2", keepChanges: false } as const;
  const argv = qemuArgv("q", { ...MACHINE, disk });
  assert.ok(argv.includes("if=none,id=disk,format=qcow2,snapshot=on,file=/a,,b/c,,,,d.qcow2"));
});

test("a terminal gets QEMU's escape keys, and the machine may reboot", () => {
  const argv = qemuArgv("q", { ...MACHINE, serial: "terminal" });
  assert.equal(option(argv, "-serial"), "mon:stdio");
  assert.ok(!argv.includes("-no-reboot"));
});

test("no firmware is listed twice", () => {
  for (const { emulator } of Object.values(ARCHES)) {
    const codes = emulator.firmware.map((firmware) => firmware.code);
    assert.equal([...new Set(codes)], codes);
  }
});
