/** The facts about one architecture; the tables are in `arches/`. */

/** docs/adding.md says how to add one. */
export type Arch = "x86_64" | "aarch64";

export interface ArchFacts {
  readonly name: Arch;
  /** Target of our own toolchain (config.sub form). */
  readonly triple: string;
  /** Prefix of Debian's compiler for this architecture (`<prefix>-gcc`), the seed's first compiler. */
  readonly seedTriple: string;
  /** Debian's name for the architecture. */
  readonly debian: string;
  /** Node's (`process.arch`). */
  readonly node: string;
  /** musl's name (its `arch/` folder, and `ld-musl-<name>.so.1`). */
  readonly muslArch: string;
  /** `ARCH=` of the kernel's build (linux/arch/<this>). */
  readonly kernelArch: string;
  /** Kernel image that carries the EFI stub, below the build folder. */
  readonly kernelImage: string;
  /** Kernel target of make that builds it. */
  readonly kernelTarget: string;
  /** Serial console's device name. */
  readonly serialConsole: string;
  /** `e_machine` of an ELF file. */
  readonly elfMachine: number;
  /** ELF's relocation "load address plus addend". */
  readonly elfRelative: number;
  /** Machine type of a PE file ("Machine Types"). */
  readonly peMachine: number;
  /** What firmware looks for below EFI/BOOT (UEFI 2.10, 3.5.1.1). */
  readonly efiBootFile: string;
  /** systemd's name for its EFI stub. */
  readonly efiStub: string;
  /** GCC's flags for code that runs on firmware, beyond those of every architecture. */
  readonly efiFlags: readonly string[];
  /** Type of a root file system's partition (Discoverable Partitions Specification, version 1). */
  readonly rootPartitionType: string;
  readonly emulator: Emulator;
}

/** QEMU for this architecture. */
export interface Emulator {
  readonly program: string;
  /** `-machine` and its options. */
  readonly machine: string;
  /** `-cpu` under emulation: all features that the emulator has. */
  readonly emulatedCpu: string;
  /** Debian packages with the program and with the firmware. */
  readonly debianPackages: { readonly program: string; readonly firmware: string };
  /** Where distributions keep the firmware, preferred first. */
  readonly firmware: readonly Firmware[];
}

/** A UEFI firmware in two flash images: its code, and an empty store for its variables. */
export interface Firmware {
  readonly code: string;
  readonly variables: string;
  readonly format: "raw" | "qcow2";
}

export function rawFirmware(code: string, variables: string): Firmware {
  return { code, variables, format: "raw" };
}

/** Prefixes of QEMU's `share/qemu`: Homebrew on ARM, builds from source, Homebrew on Linux, distributions. */
const QEMU_PREFIXES = ["/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew", "/usr"];

export function firmwareOfQemu(code: string, variables: string): Firmware[] {
  return QEMU_PREFIXES.map((prefix) =>
    rawFirmware(`${prefix}/share/qemu/${code}`, `${prefix}/share/qemu/${variables}`),
  );
}
