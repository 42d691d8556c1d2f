/**
 * `bq2 boot`: finds QEMU and a UEFI firmware on the host, and boots a disk image with its serial console
 * on the terminal.
 */
import { ARCHES, type Arch, type Emulator, type Firmware } from "../base/arch.ts";
import { equalBytes } from "../base/bytes.ts";
import { Bq2Error } from "../base/error.ts";
import { encodeUtf8 } from "../base/text.ts";
import { SECTOR_SIZE } from "../formats/gpt/gpt.ts";
import { readDiskFormat, readQcow2Header } from "../formats/qcow2/qcow2.ts";
import type { Platform } from "../platform/platform.ts";
import { type Acceleration, qemuArgv } from "./qemu.ts";

export interface BootOptions {
  /** Absolute path of a QCOW2 or raw disk. */
  readonly image: string;
  readonly arch: Arch;
  readonly acceleration: Acceleration;
  readonly memoryMiB: number;
  /** False: the image stays as it is, and what the machine writes is discarded. */
  readonly keepChanges: boolean;
}

/**
 * The command that boots the image.
 *
 * @throws Bq2Error `no-image`, `not-a-disk`, `other-files` for the image; `missing-tool` if QEMU or the
 * firmware is not installed; `no-kvm` if `kvm` is requested and cannot work.
 */
export function bootArgv(platform: Platform, options: BootOptions): string[] {
  const emulator = ARCHES[options.arch].emulator;
  const format = diskFormat(platform, options.image);
  if (options.acceleration === "kvm") checkKvm(platform, options.arch);
  return qemuArgv(findProgram(platform, emulator), {
    arch: options.arch,
    acceleration: options.acceleration,
    memoryMiB: options.memoryMiB,
    cpuCount: platform.host.cpuCount,
    firmware: findFirmware(platform, emulator),
    disk: { path: options.image, format, keepChanges: options.keepChanges },
    network: true,
    serial: "terminal",
  });
}

/** Boots the image and waits until QEMU ends; returns its exit code. */
export async function boot(platform: Platform, options: BootOptions): Promise<number> {
  const argv = bootArgv(platform, options);
  const { host } = platform;
  host.writeError(`Booting ${options.image}; Ctrl-A X leaves\n`);
  if (options.acceleration === "tcg") {
    host.writeError("Every instruction is emulated; --accel kvm is faster where /dev/kvm works\n");
  }
  if (!options.keepChanges) host.writeError("What the machine writes to its disk is discarded at the end\n");
  const child = await platform.processes.spawn({
    argv,
    cwd: host.cwd,
    env: host.env,
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  });
  const exit = await child.wait();
  return exit.code ?? 1;
}

/** A GPT header, in the second sector, begins with this (UEFI 2.10, 5.3.2). */
const GPT_SIGNATURE = encodeUtf8("EFI PART");

function diskFormat(platform: Platform, image: string): "qcow2" | "raw" {
  const { files } = platform;
  const status = files.statusFollowed(image);
  if (status === undefined) {
    throw new Bq2Error(`Cannot boot ${image}: no such file`, {
      code: "no-image",
      hint: "`bq2 build` makes one",
    });
  }
  const start = status.kind === "folder" ? new Uint8Array(0) : readStart(platform, image);
  const { format } = readDiskFormat(start);
  if (format === "qcow2") refuseOtherFiles(image, start);
  const hasGpt = equalBytes(start.subarray(SECTOR_SIZE, SECTOR_SIZE + GPT_SIGNATURE.length), GPT_SIGNATURE);
  if (format === "qcow2" || hasGpt) return format;
  throw new Bq2Error(`Cannot boot ${image}: it is neither a QCOW2 image nor a raw disk with a GPT`, {
    code: "not-a-disk",
    hint: "`bq2 image` makes a disk from a root filesystem and a kernel",
  });
}

/** Bit 2 of the incompatible features (qcow2.txt, "Header"). */
const EXTERNAL_DATA_FILE = 4;

/** QEMU would open any file on the host that the image names, and show its bytes to the guest. */
function refuseOtherFiles(image: string, start: Uint8Array): void {
  const { backingFileOffset, incompatibleFeatures } = readQcow2Header(start);
  const hasDataFile = Math.floor(incompatibleFeatures / EXTERNAL_DATA_FILE) % 2 === 1;
  if (backingFileOffset === 0 && !hasDataFile) return;
  const what = hasDataFile ? "an external data file" : "a backing file";
  throw new Bq2Error(`Cannot boot ${image}: it takes bytes from another file (it has ${what})`, {
    code: "other-files",
    hint: "if you trust it, make a self-contained copy: qemu-img convert -O qcow2 IMAGE COPY.qcow2",
  });
}

/** The first two sectors, or fewer if the file is shorter. */
function readStart({ files }: Platform, path: string): Uint8Array {
  const start = new Uint8Array(2 * SECTOR_SIZE);
  const fd = files.open(path, "read");
  try {
    return start.subarray(0, files.read(fd, start, 0, start.length, 0));
  } finally {
    files.close(fd);
  }
}

function checkKvm(platform: Platform, arch: Arch): void {
  if (arch !== platform.host.arch) {
    throw new Bq2Error(`Cannot use kvm: the image is for ${arch}, this machine is ${platform.host.arch}`, {
      code: "no-kvm",
      hint: "leave out --accel",
    });
  }
  if (platform.files.statusFollowed("/dev/kvm") === undefined) {
    throw new Bq2Error("Cannot use kvm: there is no /dev/kvm", {
      code: "no-kvm",
      hint: "leave out --accel, or turn on virtualization in the machine's firmware or hypervisor",
    });
  }
}

/** Used if `$PATH` is not set, as by a shell. */
const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

function findProgram(platform: Platform, emulator: Emulator): string {
  const found = platform.processes.find(emulator.program, platform.host.env.PATH ?? DEFAULT_PATH);
  return found ?? missing(emulator.program, emulator.debianPackages.program);
}

function findFirmware(platform: Platform, emulator: Emulator): Firmware {
  const exists = (path: string): boolean => platform.files.statusFollowed(path) !== undefined;
  const found = emulator.firmware.find(({ code, variables }) => exists(code) && exists(variables));
  return found ?? missing(`UEFI firmware for ${emulator.program}`, emulator.debianPackages.firmware);
}

function missing(what: string, debianPackage: string): never {
  throw new Bq2Error(`Cannot boot: ${what} was not found`, {
    code: "missing-tool",
    hint: `apt-get install ${debianPackage}`,
  });
}
