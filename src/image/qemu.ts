/**
 * How QEMU is called to boot a UEFI machine: program, machine type and firmware of each architecture, and
 * the argv. Pure: finding and starting them is `boot.ts`; tests start machines through the same argv.
 *
 * The subset: one virtio disk, one serial console, no display, user-mode network, the firmware's
 * variables thrown away at the end. Source: QEMU 7.2's manual, "Invocation".
 */
import type { Arch } from "../base/arch.ts";

/** A UEFI firmware in two flash images: its code, and an empty store for its variables. */
export interface Firmware {
  readonly code: string;
  readonly variables: string;
  readonly format: "raw" | "qcow2";
}

export interface Emulator {
  readonly program: string;
  /** `-machine` and its options. */
  readonly machine: string;
  /** `-cpu` under emulation: all that the emulator knows. */
  readonly emulatedCpu: string;
  /** Debian packages of the program and of the firmware. */
  readonly debianPackages: { readonly program: string; readonly firmware: string };
  /** Where distributions keep the firmware, the preferred first. */
  readonly firmware: readonly Firmware[];
}

function raw(code: string, variables: string): Firmware {
  return { code, variables, format: "raw" };
}

/** Below these QEMU's own build installs `share/qemu` (Homebrew on ARM and Intel, /usr/local, distributions). */
const QEMU_PREFIXES = ["/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew", "/usr"];

function fromQemuItself(code: string, variables: string): Firmware[] {
  return QEMU_PREFIXES.map((prefix) =>
    raw(`${prefix}/share/qemu/${code}`, `${prefix}/share/qemu/${variables}`),
  );
}

export const EMULATORS: { readonly [A in Arch]: Emulator } = {
  x86_64: {
    program: "qemu-system-x86_64",
    machine: "q35",
    emulatedCpu: "max",
    debianPackages: { program: "qemu-system-x86", firmware: "ovmf" },
    firmware: [
      raw("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"), // Debian 12, Ubuntu
      raw("/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"), // Debian before 13
      raw("/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"), // Arch
      raw("/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"), // Fedora
      {
        code: "/usr/share/edk2/ovmf/OVMF_CODE_4M.qcow2", // Fedora 39 and later
        variables: "/usr/share/edk2/ovmf/OVMF_VARS_4M.qcow2",
        format: "qcow2",
      },
      raw("/usr/share/qemu/ovmf-x86_64-code.bin", "/usr/share/qemu/ovmf-x86_64-vars.bin"), // openSUSE
      ...fromQemuItself("edk2-x86_64-code.fd", "edk2-i386-vars.fd"), // the store is the same for both
    ],
  },
  aarch64: {
    program: "qemu-system-aarch64",
    machine: "virt",
    emulatedCpu: "max,pauth-impdef=on", // else pointer authentication takes half of the emulation's time
    debianPackages: { program: "qemu-system-arm", firmware: "qemu-efi-aarch64" },
    firmware: [
      raw("/usr/share/AAVMF/AAVMF_CODE.fd", "/usr/share/AAVMF/AAVMF_VARS.fd"), // Debian, Ubuntu
      raw("/usr/share/edk2/aarch64/QEMU_CODE.fd", "/usr/share/edk2/aarch64/QEMU_VARS.fd"), // Arch
      raw(
        "/usr/share/edk2/aarch64/QEMU_EFI-pflash.raw", // Fedora
        "/usr/share/edk2/aarch64/vars-template-pflash.raw",
      ),
      raw("/usr/share/qemu/aavmf-aarch64-code.bin", "/usr/share/qemu/aavmf-aarch64-vars.bin"), // openSUSE
      ...fromQemuItself("edk2-aarch64-code.fd", "edk2-arm-vars.fd"),
    ],
  },
};

/** `tcg`: emulation, anywhere. `kvm`: the host's own CPU, where /dev/kvm works and the architecture is the same. */
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
  /** `terminal`: Ctrl-A X leaves, Ctrl-A C is QEMU's monitor. `pipe`: bytes as they are; a reboot ends QEMU. */
  readonly serial: "terminal" | "pipe";
}

/** The whole command: `program`, then options. The serial console is standard input and output. */
export function qemuArgv(program: string, machine: Machine): string[] {
  const emulator = EMULATORS[machine.arch];
  const { acceleration, firmware, disk } = machine;
  return [
    program,
    ...["-nodefaults", "-no-user-config"], // what is not asked for here is not there
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
