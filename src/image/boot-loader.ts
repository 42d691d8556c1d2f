/** The boot loader on the EFI system partition, with what it starts (`src/efi/boot/`). */
import type { Arch } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import { encodeUtf8 } from "../base/text.ts";
import { BOOT_FOLDER, type BootFileRef, ENTRIES_FILE, encodeBootEntries } from "../formats/boot-entries.ts";
import { leastFileSize, readPe } from "../formats/pe/pe.ts";
import { type Content, contentOf, type Tree } from "../formats/tree.ts";
import { contentSha256 } from "../trees/content-sha256.ts";
import {
  type BootFiles,
  type BootSources,
  bootPath,
  checkArch,
  checkSize,
  type EspFile,
} from "./boot-sources.ts";
import { systemName } from "./os-release.ts";

/** Where our root filesystems have them (`pkgs/efi`, `pkgs/bq2`). */
const LOADER_FOLDER = "usr/lib/bq2/efi";
const COMPILER = "usr/lib/bq2/typescript";

/** How long the menu waits for a key. */
const TIMEOUT_SECONDS = 1;

export function bootLoaderFiles(from: BootSources): Pick<BootFiles, "kind" | "files"> {
  const { platform, rootfs, kernel, initrd, commandLine } = from;
  const files: EspFile[] = [{ path: bootPath(kernel.arch), content: contentOf(readLoader(from)) }];
  const add = (name: string, content: Content): BootFileRef => {
    const path = `${BOOT_FOLDER}/${name}`;
    files.push({ path, content });
    return { path, sha256: contentSha256(platform.bulk, content) };
  };
  const version = kernel.version === undefined ? "" : ` (${kernel.version})`;
  const entry = {
    title: `${systemName(rootfs) ?? "Linux"}${version}`,
    kernel: add("vmlinuz", kernel.content),
    initrd: initrd === undefined ? null : add("initrd", initrd),
    commandLine: commandLine ?? null,
    tries: null,
  };
  const entries = encodeBootEntries({ timeoutSeconds: TIMEOUT_SECONDS, entries: [entry] });
  files.push({ path: ENTRIES_FILE, content: contentOf(encodeUtf8(entries)) });
  const compiler = fileIn(rootfs, COMPILER); // for the prompt before Linux starts
  if (compiler !== undefined) files.push({ path: `${BOOT_FOLDER}/typescript`, content: compiler });
  return { kind: "boot-loader", files };
}

function readLoader({ platform, rootfs, options, kernel }: BootSources): Uint8Array {
  const { arch } = kernel;
  const { files } = platform;
  const name = `boot-${arch}.efi`;
  const ownPath = options.loaderFolder === undefined ? undefined : `${options.loaderFolder}/${name}`;
  const own = fileIn(rootfs, `${LOADER_FOLDER}/${name}`);
  if (options.bootLoader !== undefined)
    return checked(options.bootLoader, files.readFile(options.bootLoader), arch);
  if (own !== undefined) return checked(`/${LOADER_FOLDER}/${name}`, bytesOf(own), arch);
  if (ownPath !== undefined && files.statusFollowed(ownPath) !== undefined) {
    return checked(ownPath, files.readFile(ownPath), arch);
  }
  throw new Bq2Error(
    `Cannot find the boot loader: the rootfs does not contain it, and there is no ${ownPath ?? name}`,
    {
      code: "no-boot-loader",
      hint: "bq2 sysroot builds one; --boot-loader names another; --direct-kernel does without",
    },
  );
}

function checked(path: string, loader: Uint8Array, arch: Arch): Uint8Array {
  const pe = readPe(loader);
  if (pe?.isEfiApplication !== true) {
    throw new Bq2Error(`Cannot use the boot loader ${path}: it is not a 64-bit EFI application`, {
      code: "bad-efi-application",
    });
  }
  checkArch(path, pe.arch, arch);
  checkSize(path, loader.length, leastFileSize(pe));
  return loader;
}

function fileIn(rootfs: Tree, path: string): Content | undefined {
  const entry = rootfs.find((candidate) => candidate.path === path);
  return entry?.kind === "file" ? entry.content : undefined;
}

function bytesOf(content: Content): Uint8Array {
  const bytes = new Uint8Array(content.size);
  content.read(bytes, 0, bytes.length, 0);
  return bytes;
}
