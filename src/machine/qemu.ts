/**
 * How QEMU is called to boot a UEFI machine. Pure: `boot.ts` finds and starts QEMU; tests start machines with
 * the same argv. Program, machine type and firmware are in each architecture's table (`base/arch.ts`).
 *
 * Subset: one virtio disk, one serial console, no display, user-mode network; changes to the firmware's
 * variables are discarded at the end. Source: QEMU 7.2's manual, "Invocation".
 */
import { ARCHES, type Arch, type Firmware } from "../base/arch.ts";

/** `tcg`: emulation, anywhere. `kvm`: the host's CPU, if /dev/kvm works and the architecture is the same. */
export type Acceleration = "tcg" | "kvm";

export interface Disk {
  /** Absolute path. */
  readonly path: string;
  readonly format: "qcow2" | "raw";
  /** False: what the machine writes goes to a temporary file, and the image keeps its digest. */
  readonly keepChanges: boolean;
}

export interface Machine {
  readonly arch: Arch;
  readonly acceleration: Acceleration;
  readonly memoryMiB: number;
  readonly cpuCount: number;
  readonly firmware: Firmware;
  /** Without one the firmware ends in its own shell. */
  readonly disk: Disk | undefined;
  readonly network: boolean;
  /**
   * `terminal`: Ctrl-A X leaves, Ctrl-A C opens QEMU's monitor. `pipe`: unchanged bytes; a reboot ends QEMU.
   */
  readonly serial: "terminal" | "pipe";
}

/** The whole command: `program`, then options. The serial console is standard input and output. */
export function qemuArgv(program: string, machine: Machine): string[] {
  const emulator = ARCHES[machine.arch].emulator;
  const { acceleration, firmware, disk } = machine;
  return [
    program,
    ...["-nodefaults", "-no-user-config"], // no devices but those listed here
    ...["-machine", emulator.machine],
    ...["-accel", acceleration],
    ...["-cpu", acceleration === "kvm" ? "host" : emulator.emulatedCpu],
    ...["-smp", String(machine.cpuCount)],
    ...["-m", `${machine.memoryMiB}M`],
    ...[
      "-drive",
      drive({ if: "pflash", unit: "0", format: firmware.format, readonly: "on", file: firmware.code }),
    ],
    ...[
      "-drive",
      drive({ if: "pflash", unit: "1", format: firmware.format, snapshot: "on", file: firmware.variables }),
    ],
    ...(disk === undefined ? [] : diskOptions(disk)),
    ...["-device", "virtio-rng-pci"],
    ...(machine.network ? ["-nic", "user,model=virtio-net-pci"] : ["-nic", "none"]),
    ...["-display", "none"],
    ...(machine.serial === "terminal" ? ["-serial", "mon:stdio"] : ["-serial", "stdio", "-no-reboot"]),
  ];
}

function diskOptions(disk: Disk): string[] {
  const snapshot = disk.keepChanges ? "off" : "on";
  return [
    ...["-drive", drive({ if: "none", id: "disk", format: disk.format, snapshot, file: disk.path })],
    ...["-device", "virtio-blk-pci,drive=disk,bootindex=0"],
  ];
}

/** `key=value,…`; a comma within a value is doubled (QEMU's manual, "Introduction"). */
function drive(options: { readonly [key: string]: string }): string {
  return Object.entries(options)
    .map(([key, value]) => `${key}=${value.replaceAll(",", ",,")}`)
    .join(",");
}
