import { buildCommand } from "@stricli/core";
import { SOURCE_DATE_EPOCH } from "../../pkgs/phases.ts";
import { Bq2Error } from "../base/error.ts";
import { resolvePath } from "../base/path.ts";
import { buildImage, type ImageSummary } from "../image/build-image.ts";
import { rootfsTree } from "../image/rootfs-tree.ts";
import { BRIEFS } from "./briefs.ts";
import type { Bq2Context } from "./context.ts";
import { parseSize } from "./flags.ts";

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

export const image = buildCommand<Flags, [], Bq2Context>({
  docs: {
    brief: BRIEFS.image,
    fullDescription:
      "Writes a GPT disk with an EFI system partition and an ext4 root (PARTLABEL=bq2-root) from a rootfs\n" +
      "(a tar, plain or compressed, or a folder) and a kernel with an EFI stub. The boot loader starts the kernel,\n" +
      "with its initrd and command line. With --direct-kernel the firmware starts it as it is, or with --initrd or\n" +
      "--cmdline as a unified kernel image.\n" +
      "No root, loop device or mkfs; the same input gives the same bytes.",
  },
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
        brief: "No boot loader: the kernel where firmware looks",
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
      format: { kind: "enum", values: ["qcow2", "raw"], default: "qcow2", brief: "Form of the image" },
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
        brief: "Print the sha256 of the raw disk too",
      },
    },
  },
  async func(flags) {
    const { platform } = this;
    const at = (path: string): string => resolvePath(platform.host.cwd, path);
    if (flags.compress && flags.format === "raw") {
      throw new Bq2Error("Cannot compress a raw image: that form has no compression", {
        code: "bad-options",
        hint: "leave --compress out, or use --format qcow2",
      });
    }
    checkBootFlags(flags);
    const output = at(flags.output);
    const rootfs = await rootfsTree(platform, at(flags.rootfs), {
      owners: platform.host.uid === 0 ? "disk" : "root",
      times: "disk",
      temporaryTar: `${output}.tar.partial`,
    });
    let done = "";
    const endProgress = this.progress.begin("image", () => [done]);
    try {
      const summary = await buildImage(platform, {
        rootfs: rootfs.tree,
        kernel: at(flags.kernel),
        initrd: flags.initrd === undefined ? undefined : at(flags.initrd),
        commandLine: flags.cmdline,
        isDirect: flags.directKernel,
        bootLoader: flags.bootLoader === undefined ? undefined : at(flags.bootLoader),
        loaderFolder: this.loaderFolder,
        efiStub: flags.efiStub === undefined ? undefined : at(flags.efiStub),
        output,
        format: flags.format,
        compress: flags.compress,
        size: flags.size,
        epoch: SOURCE_DATE_EPOCH,
        wantsRawDigest: flags.digest,
        onProgress: ({ stage, doneBytes }) => {
          done = `${stage}: ${Math.round(doneBytes / 2 ** 20)} MiB`;
        },
      });
      endProgress();
      this.process.stdout.write(describe(summary));
    } finally {
      endProgress();
      rootfs.release();
    }
  },
});

/** Options that the chosen way of booting would not look at. */
function checkBootFlags({ directKernel, bootLoader, efiStub }: Flags): void {
  const idle = directKernel && bootLoader !== undefined ? "--boot-loader" : undefined;
  const idleStub = !directKernel && efiStub !== undefined ? "--efi-stub" : undefined;
  if (idle === undefined && idleStub === undefined) return;
  throw new Bq2Error(`Cannot use ${idle ?? idleStub} ${directKernel ? "with" : "without"} --direct-kernel`, {
    code: "bad-options",
    hint: "the boot loader needs no stub, and a kernel that firmware starts needs no boot loader",
  });
}

function describe(summary: ImageSummary): string {
  const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  const kernel = `${summary.bootPath} (${summary.bootKind}, ${summary.arch}${summary.kernelVersion === undefined ? "" : `, ${summary.kernelVersion}`})`;
  const partitions = summary.partitions.map(
    ({ number, name, fileSystem, start, size }) =>
      `  ${number}  ${name}  ${fileSystem}  at ${mib(start)}, ${mib(size)}\n`,
  );
  return (
    `Wrote ${summary.output} (${summary.format}, ${mib(summary.fileSize)} for a disk of ${mib(summary.diskSize)})\n` +
    `Boots ${kernel}\n` +
    partitions.join("") +
    `Root has ${summary.root.entries} entries, ${mib(summary.root.freeBytes)} free\n` +
    (summary.rawSha256 === undefined ? "" : `${summary.rawSha256}  (sha256 of the raw disk)\n`)
  );
}
