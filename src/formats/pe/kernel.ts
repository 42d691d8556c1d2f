/**
 * Linux kernels with an EFI stub: PE images that UEFI can start (Linux,
 * Documentation/admin-guide/efi-stub.rst).
 */
import { ARCH_NAMES, type Arch } from "../../base/arch.ts";
import { Bq2Error } from "../../base/error.ts";
import { struct, u16, u32 } from "../../base/struct.ts";
import { leastFileSize, readPe } from "./pe.ts";

export interface EfiKernel {
  readonly arch: Arch;
  /** As `uname -r` shows it, if the image states it at a known place (x86_64 only). */
  readonly version: string | undefined;
  /** A file with fewer bytes is truncated. */
  readonly leastSize: number;
}

/** Linux, Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header": from 0x202 on. */
const X86_SETUP_HEADER_OFFSET = 0x202;
const SetupHeader = struct("x86 setup header", 14, {
  magic: u32,
  protocolVersion: u16,
  realModeSwitch: u32,
  startSystemSegment: u16,
  kernelVersionOffset: u16,
});
const HDRS = 0x53726448; // "HdrS"
const SETUP_CODE_OFFSET = 0x200; // kernelVersionOffset counts from here

/** First bytes of files that people mistake for bootable kernels, and what to do about each. */
const NOT_KERNELS: readonly { readonly magic: string; readonly what: string; readonly hint: string }[] = [
  { magic: "1f8b", what: "a gzip file", hint: "unpack it first: gunzip Image.gz" },
  { magic: "28b52ffd", what: "a zstd file", hint: "unpack it first with zstd -d" },
  { magic: "fd377a585a00", what: "an xz file", hint: "unpack it first with xz -d" },
  { magic: "7f454c46", what: "an ELF file", hint: "use bzImage or Image from arch/*/boot, not vmlinux" },
];

/**
 * Reads which machine a kernel image is for, from at least its first 64 KiB. `name` is for messages.
 *
 * Throws {@link Bq2Error}: `no-efi-stub` if UEFI cannot start it, `unsupported-arch` for an unknown machine.
 */
export function readEfiKernel(file: Uint8Array, name: string): EfiKernel {
  const pe = readPe(file);
  if (pe === undefined || !pe.isEfiApplication) {
    const { found, hint } = describeOther(file);
    throw new Bq2Error(`Cannot boot ${name}: a kernel with an EFI stub was wanted, found ${found}`, {
      code: "no-efi-stub",
      hint,
    });
  }
  if (pe.arch === undefined) {
    throw new Bq2Error(
      `Cannot boot ${name}: its PE machine type is 0x${pe.coff.machine.toString(16)}, ${ARCH_NAMES.join(" or ")} wanted`,
      { code: "unsupported-arch" },
    );
  }
  return { arch: pe.arch, version: setupVersion(file), leastSize: leastFileSize(pe) };
}

function describeOther(file: Uint8Array): { readonly found: string; readonly hint: string } {
  const start = Array.from(file.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const known = NOT_KERNELS.find(({ magic }) => start.startsWith(magic));
  if (known !== undefined) return { found: known.what, hint: known.hint };
  const hint = "build the kernel with CONFIG_EFI_STUB=y";
  if (setupHeader(file) !== undefined) return { found: "a Linux kernel without one", hint };
  return { found: "no EFI application", hint: `${hint}, and give its bzImage or Image` };
}

function setupHeader(file: Uint8Array): ReturnType<typeof SetupHeader.decode> | undefined {
  if (file.length < X86_SETUP_HEADER_OFFSET + SetupHeader.size) return undefined;
  const header = SetupHeader.decode(file, X86_SETUP_HEADER_OFFSET);
  return header.magic === HDRS ? header : undefined;
}

/** The first word of the version string that boot loaders show; only x86_64 has one. */
function setupVersion(file: Uint8Array): string | undefined {
  const offset = setupHeader(file)?.kernelVersionOffset ?? 0;
  if (offset === 0) return undefined;
  const LONGEST = 64; // __NEW_UTS_LEN, linux/utsname.h
  const text = String.fromCharCode(
    ...file.subarray(SETUP_CODE_OFFSET + offset, SETUP_CODE_OFFSET + offset + LONGEST),
  );
  return /^[\x21-\x7e]+/.exec(text)?.[0];
}
