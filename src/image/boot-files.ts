/**
 * The files of the EFI system partition, from which a disk boots. Usually the boot loader, which starts the
 * kernel; otherwise the kernel itself, or a unified kernel image, in the place where firmware looks.
 */
import { ARCHES, type Arch } from "../base/arch.ts";
import type { Bq2Error } from "../base/error.ts";
import { readEfiKernel } from "../formats/pe/kernel.ts";
import type { Content, Tree } from "../formats/tree.ts";
import { type Files, type Platform, SystemError } from "../platform/platform.ts";
import type { OpenFiles } from "../trees/open-files.ts";
import { bootLoaderFiles } from "./boot-loader.ts";
import {
  type BootFileOptions,
  type BootFiles,
  type BootSources,
  checkArch,
  checkSize,
} from "./boot-sources.ts";
import { directKernel } from "./direct-kernel.ts";

const KERNEL_HEADERS_SIZE = 64 * 1024;

/** The kernel's default command line. */
export function defaultCommandLine(arch: Arch): string {
  return `root=PARTLABEL=bq2-root rw console=tty0 console=${ARCHES[arch].serialConsole}`;
}

/**
 * The boot files of a disk with `rootfs` as its root file system.
 *
 * Throws {@link Bq2Error}: `no-efi-stub`, `unsupported-arch`, `wrong-arch`, `no-boot-loader`,
 * `bad-efi-application`, `cut-file`, `efi-application-too-large`, `missing-tool` (no stub file), and
 * {@link SystemError} for files that cannot be read.
 */
export function bootFiles(
  platform: Platform,
  sources: OpenFiles,
  rootfs: Tree,
  options: BootFileOptions,
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
