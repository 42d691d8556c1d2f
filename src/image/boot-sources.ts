/** What a disk boots from, as values, and the checks that all ways of booting share. */
import { ARCHES, type Arch } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import type { EfiKernel } from "../formats/pe/kernel.ts";
import type { Content, Tree } from "../formats/tree.ts";
import type { Platform } from "../platform/platform.ts";

export interface BootFileOptions {
  /** Absolute path of a kernel with an EFI stub. */
  readonly kernel: string;
  readonly initrd?: string | undefined;
  /** By default none; with an initrd, {@link defaultCommandLine}. */
  readonly commandLine?: string | undefined;
  /** What the kernel must be for; by default any architecture. */
  readonly arch?: Arch | undefined;
  /** Whether firmware starts the kernel itself, without a boot loader. */
  readonly isDirect: boolean;
  /** Absolute path of the boot loader; by default the rootfs's, or else that of {@link loaderFolder}. */
  readonly bootLoader?: string | undefined;
  /** Absolute path of a folder with `boot-<arch>.efi`. */
  readonly loaderFolder?: string | undefined;
  /**
   * Absolute path of the EFI stub for a direct kernel with an initrd or a command line; by default where
   * Debian installs systemd's.
   */
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
  /** undefined: the kernel's built-in one. */
  readonly commandLine: string | undefined;
}

/** The input of both ways of booting. */
export interface BootSources {
  readonly platform: Platform;
  readonly rootfs: Tree;
  readonly options: BootFileOptions;
  readonly kernel: EfiKernel & { readonly content: Content };
  readonly initrd: Content | undefined;
  readonly commandLine: string | undefined;
}

/** Where firmware looks by default: UEFI 2.10, 3.5.1.1. */
export function bootPath(arch: Arch): string {
  return `EFI/BOOT/${ARCHES[arch].efiBootFile}`;
}

/** Throws Bq2Error `cut-file`. */
export function checkSize(path: string, found: number, least: number): void {
  if (found >= least) return;
  throw new Bq2Error(`Cannot boot ${path}: it has ${found} bytes, its headers state ${least}`, {
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
