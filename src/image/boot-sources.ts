/** What a disk boots by, in values, and what every way of booting checks. */
import { ARCHES, type Arch } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import type { EfiKernel } from "../formats/pe/kernel.ts";
import type { Content, Tree } from "../formats/tree.ts";
import type { Platform } from "../platform/platform.ts";

export interface BootFileOptions {
  /** Absolute path of a kernel with an EFI stub. */
  readonly kernel: string;
  readonly initrd?: string | undefined;
  /** Where there is an initrd and no command line: {@link defaultCommandLine}. */
  readonly commandLine?: string | undefined;
  /** Wanted of the kernel; by default any. */
  readonly arch?: Arch | undefined;
  /** The kernel itself where firmware looks: no boot loader. */
  readonly isDirect: boolean;
  /** Boot loader: absolute path; by default the one that the rootfs has, or else {@link loaderFolder}. */
  readonly bootLoader?: string | undefined;
  /** Folder with `boot-<arch>.efi`, absolute. */
  readonly loaderFolder?: string | undefined;
  /** EFI stub for a direct kernel with an initrd or a command line: absolute path; by default where Debian has systemd's. */
  readonly efiStub?: string | undefined;
}

/** A file of the EFI system partition; `/` between names. */
export interface EspFile {
  readonly path: string;
  readonly content: Content;
}

export interface BootFiles {
  readonly kind: "boot-loader" | "kernel" | "unified-kernel-image";
  /** {@link bootPath} first. */
  readonly files: readonly EspFile[];
  readonly arch: Arch;
  readonly kernelVersion: string | undefined;
  /** undefined: the one that is built into the kernel. */
  readonly commandLine: string | undefined;
}

/** What both ways of booting start from. */
export interface BootSources {
  readonly platform: Platform;
  readonly rootfs: Tree;
  readonly options: BootFileOptions;
  readonly kernel: EfiKernel & { readonly content: Content };
  readonly initrd: Content | undefined;
  readonly commandLine: string | undefined;
}

/** Where firmware looks by itself: UEFI 2.10, 3.5.1.1. */
export function bootPath(arch: Arch): string {
  return `EFI/BOOT/${ARCHES[arch].efiBootFile}`;
}

/** Throws Bq2Error `cut-file`. */
export function checkSize(path: string, found: number, least: number): void {
  if (found >= least) return;
  throw new Bq2Error(`Cannot boot ${path}: it has ${found} bytes, its headers speak of ${least}`, {
    code: "cut-file",
    hint: "the end is missing: copy it again",
  });
}

/** Throws Bq2Error `wrong-arch`. */
export function checkArch(path: string, found: Arch | undefined, wanted: Arch): void {
  if (found === wanted) return;
  throw new Bq2Error(
    `Cannot boot ${path}: it is for ${found ?? "another kind of machine"}, ${wanted} wanted`,
    { code: "wrong-arch" },
  );
}
