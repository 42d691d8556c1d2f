/**
 * What a disk boots by: the files of its EFI system partition. Usually the boot loader, which starts the kernel; else the kernel
 * itself, or a unified kernel image, where firmware looks.
 */
import { ARCHES, type Arch } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import { type EfiKernel, readEfiKernel } from "../formats/pe-kernel.ts";
import type { Content, Tree } from "../formats/tree.ts";
import { type Files, type Platform, SystemError } from "../platform/platform.ts";
import { bootLoaderFiles } from "./boot-loader.ts";
import { directKernel } from "./direct-kernel.ts";
import type { OpenFiles } from "./open-files.ts";

export interface BootOptions {
  /** Absolute path of a kernel with an EFI stub. */
  readonly kernel: string;
  readonly initrd?: string | undefined;
  /** Where there is an initrd and no command line: {@link defaultCommandLine}. */
  readonly commandLine?: string | undefined;
  /** Wanted of the kernel; any of the two unless told. */
  readonly arch?: Arch | undefined;
  /** The kernel itself where firmware looks: no boot loader. */
  readonly isDirect: boolean;
  /** Boot loader: absolute path; unless told, the one that the rootfs has, or else {@link loaderFolder}. */
  readonly bootLoader?: string | undefined;
  /** Folder with `boot-<arch>.efi`, absolute. */
  readonly loaderFolder?: string | undefined;
  /** EFI stub for a direct kernel with an initrd or a command line: absolute path; Debian's place of systemd's unless told. */
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
  readonly options: BootOptions;
  readonly kernel: EfiKernel & { readonly content: Content };
  readonly initrd: Content | undefined;
  readonly commandLine: string | undefined;
}

/** Where firmware looks by itself: UEFI 2.10, 3.5.1.1. */
export function bootPath(arch: Arch): string {
  return `EFI/BOOT/${ARCHES[arch].efiBootFile}`;
}

const KERNEL_HEADERS_SIZE = 64 * 1024;

/** What a kernel is told where nobody says otherwise. */
export function defaultCommandLine(arch: Arch): string {
  return `root=PARTLABEL=bq2-root rw console=tty0 console=${ARCHES[arch].serialConsole}`;
}

/**
 * For a disk whose root holds `rootfs`.
 *
 * Throws {@link Bq2Error}: `no-efi-stub`, `unsupported-arch`, `wrong-arch`, `no-boot-loader`, `bad-efi-application`, `cut-file`,
 * `efi-application-too-large`, `missing-tool` (no stub file), and {@link SystemError} for files that cannot be read.
 */
export function bootFiles(
  platform: Platform,
  sources: OpenFiles,
  rootfs: Tree,
  options: BootOptions,
): BootFiles {
  const { files } = platform;
  const content = fileContent(files, sources, options.kernel);
  const kernel = readEfiKernel(readStart(content), options.kernel);
  checkArch(options.kernel, kernel.arch, options.arch ?? kernel.arch);
  checkSize(options.kernel, content.size, kernel.leastSize);
  const initrd = options.initrd === undefined ? undefined : fileContent(files, sources, options.initrd);
  const isPlain = initrd === undefined && options.commandLine === undefined;
  const from: BootSources = {
    platform,
    rootfs,
    options,
    kernel: { ...kernel, content },
    initrd,
    commandLine: isPlain ? undefined : (options.commandLine ?? defaultCommandLine(kernel.arch)),
  };
  const common = { arch: kernel.arch, kernelVersion: kernel.version, commandLine: from.commandLine };
  return { ...common, ...(options.isDirect ? directKernel(from) : bootLoaderFiles(from)) };
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

function fileContent(files: Files, sources: OpenFiles, path: string): Content {
  const status = files.statusFollowed(path);
  if (status === undefined) throw new SystemError("read", path, "ENOENT");
  if (status.kind !== "file")
    throw new SystemError("read", path, status.kind === "folder" ? "EISDIR" : "EINVAL");
  return sources.contentOf(path, status.size, false);
}

function readStart(content: Content): Uint8Array {
  const start = new Uint8Array(Math.min(content.size, KERNEL_HEADERS_SIZE));
  content.read(start, 0, start.length, 0);
  return start;
}
