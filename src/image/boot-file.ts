/**
 * The one EFI executable that a disk boots: the kernel itself where it needs nothing beside it, else a
 * unified kernel image of an EFI stub, the kernel, its initrd and its command line.
 */
import { ARCHES, type Arch } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import { encodeUtf8 } from "../base/text.ts";
import { readPe } from "../formats/pe.ts";
import { type EfiKernel, readEfiKernel } from "../formats/pe-kernel.ts";
import { buildUki, type UkiSection } from "../formats/pe-uki.ts";
import { type Content, contentOf, type Tree } from "../formats/tree.ts";
import { type Files, SystemError } from "../platform/platform.ts";
import type { OpenFiles } from "./open-files.ts";

export interface BootOptions {
  /** Absolute path of a kernel with an EFI stub. */
  readonly kernel: string;
  readonly initrd?: string | undefined;
  /** Where there is an initrd and no command line: {@link defaultCommandLine}. */
  readonly commandLine?: string | undefined;
  /** Absolute path; Debian's place of systemd's unless told. */
  readonly efiStub?: string | undefined;
  /** Wanted of the kernel; any of the two unless told. */
  readonly arch?: Arch | undefined;
}

export interface BootFile {
  readonly kind: "kernel" | "unified-kernel-image";
  /** On the EFI system partition, where firmware looks by itself (UEFI 2.10, 3.5.1.1). */
  readonly path: string;
  readonly content: Content;
  readonly arch: Arch;
  readonly kernelVersion: string | undefined;
  readonly commandLine: string | undefined;
}

/** UEFI 2.10, table 3.2, and systemd's name for the same machine. */
const EFI_NAMES: { readonly [A in Arch]: { readonly bootFile: string; readonly stub: string } } = {
  x86_64: { bootFile: "EFI/BOOT/BOOTX64.EFI", stub: "linuxx64.efi.stub" },
  aarch64: { bootFile: "EFI/BOOT/BOOTAA64.EFI", stub: "linuxaa64.efi.stub" },
};
const STUB_FOLDER = "/usr/lib/systemd/boot/efi"; // Debian's systemd-boot-efi, Arch's systemd

const KERNEL_HEADERS_SIZE = 64 * 1024;
const OS_RELEASE_LIMIT = 64 * 1024;

/** What a kernel is told where nobody says otherwise. */
export function defaultCommandLine(arch: Arch): string {
  return `root=PARTLABEL=bq2-root rw console=tty0 console=${ARCHES[arch].serialConsole}`;
}

/**
 * The boot file for a disk whose root holds `rootfs` (its os-release goes into a unified kernel image).
 *
 * Throws {@link Bq2Error}: `no-efi-stub`, `unsupported-arch`, `wrong-arch`, `bad-efi-stub`, `uki-too-large`, `missing-tool` (no stub
 * file), and {@link SystemError} for files that cannot be read.
 */
export function bootFile(files: Files, sources: OpenFiles, rootfs: Tree, options: BootOptions): BootFile {
  const kernelContent = fileContent(files, sources, options.kernel);
  const kernel = readEfiKernel(readStart(kernelContent), options.kernel);
  if (options.arch !== undefined && options.arch !== kernel.arch)
    throw wrongArch(options.kernel, options.arch, kernel);
  const common = { path: EFI_NAMES[kernel.arch].bootFile, arch: kernel.arch, kernelVersion: kernel.version };
  if (options.initrd === undefined && options.commandLine === undefined) {
    return { ...common, kind: "kernel", content: kernelContent, commandLine: undefined };
  }

  const commandLine = options.commandLine ?? defaultCommandLine(kernel.arch);
  const stub = readStub(files, options, kernel);
  const content = buildUki(stub, [
    ...textSection(".osrel", osRelease(rootfs)),
    ...textSection(".cmdline", encodeUtf8(commandLine)),
    ...textSection(".uname", kernel.version === undefined ? undefined : encodeUtf8(kernel.version)),
    ...(options.initrd === undefined
      ? []
      : [{ name: ".initrd", content: fileContent(files, sources, options.initrd) }]),
    { name: ".linux", content: kernelContent },
  ]);
  return { ...common, kind: "unified-kernel-image", content, commandLine };
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

function readStub(files: Files, options: BootOptions, kernel: EfiKernel): Uint8Array {
  const path = options.efiStub ?? `${STUB_FOLDER}/${EFI_NAMES[kernel.arch].stub}`;
  if (options.efiStub === undefined && files.statusFollowed(path) === undefined) {
    throw new Bq2Error(`Cannot add a command line or an initrd to the kernel: no EFI stub at ${path}`, {
      code: "missing-tool",
      hint: "apt-get install systemd-boot-efi, or say where one is with --efi-stub",
    });
  }
  const stub = files.readFile(path);
  const stubArch = readPe(stub)?.arch;
  if (stubArch !== undefined && stubArch !== kernel.arch)
    throw wrongArch(path, kernel.arch, { arch: stubArch });
  return stub;
}

/** `etc/os-release` is a link to the second of these on most systems. */
function osRelease(rootfs: Tree): Uint8Array | undefined {
  for (const path of ["etc/os-release", "usr/lib/os-release"]) {
    const entry = rootfs.find((candidate) => candidate.path === path);
    if (entry?.kind !== "file" || entry.content.size > OS_RELEASE_LIMIT) continue;
    const text = new Uint8Array(entry.content.size);
    entry.content.read(text, 0, text.length, 0);
    return text;
  }
  return undefined;
}

function textSection(name: string, text: Uint8Array | undefined): readonly UkiSection[] {
  return text === undefined || text.length === 0 ? [] : [{ name, content: contentOf(text) }];
}

function wrongArch(path: string, wanted: Arch, found: { readonly arch: Arch }): Bq2Error {
  return new Bq2Error(`Cannot boot ${path}: it is for ${found.arch}, ${wanted} wanted`, {
    code: "wrong-arch",
  });
}
