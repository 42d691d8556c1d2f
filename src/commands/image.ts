import { SOURCE_DATE_EPOCH } from "../../pkgs/phases.ts";
import { Bq2Error } from "../base/error.ts";
import { resolvePath } from "../base/path.ts";
import { defineCommand } from "../command-line/command.ts";
import { parseSize } from "../command-line/flags.ts";
import type { Tree } from "../formats/tree.ts";
import { buildImage, type ImageSummary } from "../image/build-image.ts";
import { withRootfs } from "../image/rootfs-tree.ts";
import { OpenFiles } from "../trees/open-files.ts";
import { type OutputFile, withOutputFile } from "../trees/output-file.ts";

interface Flags {
  readonly rootfs: string;
  readonly kernel: string;
  readonly initrd?: string;
  readonly cmdline?: string;
  readonly directKernel: boolean;
  readonly bootLoader?: string;
  readonly efiStub?: string;
  readonly output: string;
  readonly format: "qcow2" | "raw";
  readonly size?: number;
  readonly compress: boolean;
  readonly digest: boolean;
}

export const command = defineCommand<Flags>({
  description:
    "Writes a GPT disk with an EFI system partition and an ext4 root (PARTLABEL=bq2-root) from a rootfs\n" +
    "(a tar, plain or compressed, or a folder) and a kernel with an EFI stub. The boot loader starts the\n" +
    "kernel with its initrd and command line. With --direct-kernel the firmware starts the kernel itself; with\n" +
    "--initrd or --cmdline the kernel then becomes part of a unified kernel image.\n" +
    "This needs no root, loop device or mkfs. The same input gives the same bytes.",
  parameters: {
    flags: {
      rootfs: { kind: "parsed", parse: String, brief: "The root filesystem", placeholder: "TAR|DIR" },
      kernel: { kind: "parsed", parse: String, brief: "Kernel with an EFI stub", placeholder: "FILE" },
      initrd: {
        kind: "parsed",
        parse: String,
        optional: true,
        brief: "Initial RAM disk",
        placeholder: "FILE",
      },
      cmdline: {
        kind: "parsed",
        parse: String,
        optional: true,
        brief: "The kernel's command line",
        placeholder: "TEXT",
      },
      directKernel: {
        kind: "boolean",
        default: false,
        withNegated: false,
        brief: "Let the firmware start the kernel, without a boot loader",
      },
      bootLoader: {
        kind: "parsed",
        parse: String,
        optional: true,
        brief: "Boot loader (default: the rootfs's own, or the one that was built)",
        placeholder: "FILE",
      },
      efiStub: {
        kind: "parsed",
        parse: String,
        optional: true,
        brief: "Stub of the unified kernel image (default: systemd's)",
        placeholder: "FILE",
      },
      output: { kind: "parsed", parse: String, brief: "The image", placeholder: "FILE" },
      format: { kind: "enum", values: ["qcow2", "raw"], default: "qcow2", brief: "Format of the image" },
      size: {
        kind: "parsed",
        parse: parseSize,
        optional: true,
        brief: "Size of the disk (default: 8G)",
        placeholder: "N[KMGT]",
      },
      compress: { kind: "boolean", default: false, withNegated: false, brief: "Compress a QCOW2's clusters" },
      digest: {
        kind: "boolean",
        default: false,
        withNegated: false,
        brief: "Also print the digests of the raw disk",
      },
    },
  },
  async func(flags) {
    const { platform } = this;
    const at = (path: string): string => resolvePath(platform.host.cwd, path);
    if (flags.compress && flags.format === "raw") {
      throw new Bq2Error("Cannot compress a raw image: the format has no compression", {
        code: "bad-options",
        hint: "omit --compress, or use --format qcow2",
      });
    }
    checkBootFlags(flags);
    const { files } = platform;
    const sources = new OpenFiles(files);
    let done = "";
    const endProgress = this.progress.begin("image", () => [done]);
    const make = (rootfs: Tree, output: OutputFile): Promise<ImageSummary> =>
      buildImage(platform, {
        rootfs,
        sources,
        output,
        kernel: at(flags.kernel),
        initrd: flags.initrd === undefined ? undefined : at(flags.initrd),
        commandLine: flags.cmdline,
        isDirect: flags.directKernel,
        bootLoader: flags.bootLoader === undefined ? undefined : at(flags.bootLoader),
        loaderFolder: this.loaderFolder,
        efiStub: flags.efiStub === undefined ? undefined : at(flags.efiStub),
        format: flags.compress ? "compressed-qcow2" : flags.format,
        size: flags.size,
        epoch: SOURCE_DATE_EPOCH,
        wantsDigests: flags.digest,
        onProgress: ({ stage, doneBytes }) => {
          done = `${stage}: ${Math.round(doneBytes / 2 ** 20)} MiB`;
        },
      });
    try {
      const owners = platform.host.uid === 0 ? "disk" : "root";
      const summary = await withOutputFile(files, at(flags.output), (output) =>
        withRootfs(platform, at(flags.rootfs), { owners, times: "disk", output, sources }, (tree) =>
          make(tree, output),
        ),
      );
      endProgress();
      this.process.stdout.write(describe(summary, flags.format));
    } finally {
      endProgress();
      sources.closeAll();
    }
  },
});

/** Refuses options that the chosen way of booting does not use. */
function checkBootFlags({ directKernel, bootLoader, efiStub }: Flags): void {
  const idle = directKernel && bootLoader !== undefined ? "--boot-loader" : undefined;
  const idleStub = !directKernel && efiStub !== undefined ? "--efi-stub" : undefined;
  if (idle === undefined && idleStub === undefined) return;
  throw new Bq2Error(`Cannot use ${idle ?? idleStub} ${directKernel ? "with" : "without"} --direct-kernel`, {
    code: "bad-options",
    hint: "the boot loader needs no stub, and --direct-kernel needs no boot loader",
  });
}

function describe(summary: ImageSummary, format: Flags["format"]): string {
  const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  const { output, fileSize, diskSize, bootPath, bootKind, arch, kernelVersion } = summary;
  const kernel = [bootKind, arch, ...(kernelVersion === undefined ? [] : [kernelVersion])].join(", ");
  const partitions = summary.partitions.map(
    ({ number, name, fileSystem, start, size }) =>
      `  ${number}  ${name}  ${fileSystem}  at ${mib(start)}, ${mib(size)}\n`,
  );
  return (
    `Wrote ${output} (${format}, ${mib(fileSize)} for a disk of ${mib(diskSize)})\n` +
    `Boots ${bootPath} (${kernel})\n` +
    partitions.join("") +
    `Root has ${summary.root.entries} entries, ${mib(summary.root.freeBytes)} free\n` +
    (summary.digests === undefined
      ? ""
      : `${summary.digests.raw}  (sha256 of the raw disk)\n${summary.digests.blocks}  (of its blocks that are not zero)\n`)
  );
}
