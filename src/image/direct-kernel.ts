/**
 * Boots without a boot loader: the kernel itself if it needs nothing beside it, otherwise a unified kernel
 * image made of an EFI stub, the kernel, its initrd and its command line.
 */
import { ARCHES } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import { encodeUtf8 } from "../base/text.ts";
import { leastFileSize, readPe } from "../formats/pe/pe.ts";
import { addPeSections, type PeSection } from "../formats/pe/sections.ts";
import { contentOf } from "../formats/tree.ts";
import { type BootFiles, type BootSources, bootPath, checkArch, checkSize } from "./boot-sources.ts";
import { osRelease } from "./os-release.ts";

const STUB_FOLDER = "/usr/lib/systemd/boot/efi"; // Debian's systemd-boot-efi, Arch's systemd

export function directKernel(from: BootSources): Pick<BootFiles, "kind" | "files"> {
  const { kernel, initrd, commandLine, rootfs } = from;
  const path = bootPath(kernel.arch);
  if (commandLine === undefined) return { kind: "kernel", files: [{ path, content: kernel.content }] };
  const content = addPeSections(readStub(from), [
    ...textSection(".osrel", osRelease(rootfs)),
    ...textSection(".cmdline", encodeUtf8(commandLine)),
    ...textSection(".uname", kernel.version === undefined ? undefined : encodeUtf8(kernel.version)),
    ...(initrd === undefined ? [] : [{ name: ".initrd", content: initrd }]),
    { name: ".linux", content: kernel.content }, // last: a kernel unpacks into the memory after it
  ]);
  return { kind: "unified-kernel-image", files: [{ path, content }] };
}

function readStub({ platform: { files }, options, kernel }: BootSources): Uint8Array {
  const path = options.efiStub ?? `${STUB_FOLDER}/${ARCHES[kernel.arch].efiStub}`;
  if (options.efiStub === undefined && files.statusFollowed(path) === undefined) {
    throw new Bq2Error(`Cannot add a command line or an initrd to the kernel: no EFI stub at ${path}`, {
      code: "missing-tool",
      hint: "leave out --direct-kernel, apt-get install systemd-boot-efi, or name a stub with --efi-stub",
    });
  }
  const stub = files.readFile(path);
  const found = readPe(stub);
  if (found !== undefined) {
    checkArch(path, found.arch, kernel.arch);
    checkSize(path, stub.length, leastFileSize(found));
  }
  return stub;
}

function textSection(name: string, text: Uint8Array | undefined): readonly PeSection[] {
  return text === undefined || text.length === 0 ? [] : [{ name, content: contentOf(text) }];
}
