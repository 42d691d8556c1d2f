/** Everything specific to x86_64 except the kernel's options and the system call numbers. */
import { type ArchFacts, firmwareOfQemu, rawFirmware } from "../arch-facts.ts";

export const x86_64: ArchFacts = {
  name: "x86_64",
  triple: "x86_64-bq2-linux-musl",
  seedTriple: "x86_64-linux-gnu",
  debian: "amd64",
  node: "x64",
  muslArch: "x86_64",
  kernelArch: "x86",
  kernelImage: "arch/x86/boot/bzImage",
  kernelTarget: "bzImage",
  serialConsole: "ttyS0",
  elfMachine: 62, // EM_X86_64, linux/elf-em.h
  elfRelative: 8, // R_X86_64_RELATIVE, x86-64 psABI 1.0, 4.4.1
  peMachine: 0x8664, // IMAGE_FILE_MACHINE_AMD64
  efiBootFile: "BOOTX64.EFI",
  efiStub: "linuxx64.efi.stub",
  efiFlags: ["-mno-red-zone", "-fcf-protection=none"],
  rootPartitionType: "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709",
  emulator: {
    program: "qemu-system-x86_64",
    machine: "q35",
    emulatedCpu: "max",
    debianPackages: { program: "qemu-system-x86", firmware: "ovmf" },
    firmware: [
      rawFirmware("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"), // Debian 12, Ubuntu
      rawFirmware("/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"), // Debian before 13
      rawFirmware("/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"), // Arch
      rawFirmware("/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"), // Fedora
      {
        code: "/usr/share/edk2/ovmf/OVMF_CODE_4M.qcow2", // Fedora 39 and later
        variables: "/usr/share/edk2/ovmf/OVMF_VARS_4M.qcow2",
        format: "qcow2",
      },
      rawFirmware("/usr/share/qemu/ovmf-x86_64-code.bin", "/usr/share/qemu/ovmf-x86_64-vars.bin"), // openSUSE
      ...firmwareOfQemu("edk2-x86_64-code.fd", "edk2-i386-vars.fd"), // QEMU ships one for both
    ],
  },
};
