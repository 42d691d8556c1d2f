/** Everything specific to aarch64 except the kernel's options and the system call numbers. */
import { type ArchFacts, firmwareOfQemu, rawFirmware } from "../arch-facts.ts";

export const aarch64: ArchFacts = {
  name: "aarch64",
  triple: "aarch64-bq2-linux-musl",
  seedTriple: "aarch64-linux-gnu",
  debian: "arm64",
  node: "arm64",
  muslArch: "aarch64",
  kernelArch: "arm64",
  kernelImage: "arch/arm64/boot/Image",
  kernelTarget: "Image",
  serialConsole: "ttyAMA0",
  elfMachine: 183, // EM_AARCH64, linux/elf-em.h
  elfRelative: 1027, // R_AARCH64_RELATIVE, ELF for the Arm 64-bit Architecture, 5.7.16
  peMachine: 0xaa64, // IMAGE_FILE_MACHINE_ARM64
  efiBootFile: "BOOTAA64.EFI",
  efiStub: "linuxaa64.efi.stub",
  efiFlags: ["-mno-outline-atomics", "-falign-functions=4", "-falign-loops=4", "-falign-jumps=4"],
  rootPartitionType: "B921B045-1DF0-41C3-AF44-4C6F280D3FAE",
  emulator: {
    program: "qemu-system-aarch64",
    machine: "virt",
    emulatedCpu: "max,pauth-impdef=on", // QEMU's default pointer authentication takes half the time
    debianPackages: { program: "qemu-system-arm", firmware: "qemu-efi-aarch64" },
    firmware: [
      rawFirmware("/usr/share/AAVMF/AAVMF_CODE.fd", "/usr/share/AAVMF/AAVMF_VARS.fd"), // Debian, Ubuntu
      rawFirmware("/usr/share/edk2/aarch64/QEMU_CODE.fd", "/usr/share/edk2/aarch64/QEMU_VARS.fd"), // Arch
      rawFirmware(
        "/usr/share/edk2/aarch64/QEMU_EFI-pflash.raw", // Fedora
        "/usr/share/edk2/aarch64/vars-template-pflash.raw",
      ),
      // openSUSE
      rawFirmware("/usr/share/qemu/aavmf-aarch64-code.bin", "/usr/share/qemu/aavmf-aarch64-vars.bin"),
      ...firmwareOfQemu("edk2-aarch64-code.fd", "edk2-arm-vars.fd"),
    ],
  },
};
