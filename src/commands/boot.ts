import { ARCH_NAMES, type Arch } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import { resolvePath } from "../base/path.ts";
import { quoteWords } from "../base/words.ts";
import { defineCommand } from "../command-line/command.ts";
import type { Bq2Context } from "../command-line/context.ts";
import { parseArch, workdirFlag } from "../command-line/flags.ts";
import { bootArgv, boot as bootImage } from "../machine/boot.ts";
import { archToBoot } from "../machine/image-arch.ts";
import { imagePath, makesImage } from "../runner/artifacts/artifacts.ts";
import { requirePlan } from "../runner/context/documents.ts";
import { workspaceAt } from "../runner/context/workspace.ts";

interface Flags {
  readonly accel: "tcg" | "kvm";
  readonly memory: number;
  readonly arch?: Arch;
  readonly snapshot: boolean;
  readonly print: boolean;
  readonly workdir?: string;
}

function parseMebibytes(text: string): number {
  const parts = /^([0-9]+)([MG]?)$/i.exec(text);
  const mebibytes = Number(parts?.[1]) * ((parts?.[2] ?? "").toUpperCase() === "G" ? 1024 : 1);
  if (Number.isInteger(mebibytes) && mebibytes >= 64) return mebibytes;
  throw new SyntaxError(`${text} is not an amount of memory: give at least 64 MiB, such as 512M or 2G`);
}

export const command = defineCommand<Flags, [string?]>({
  description:
    "Boots IMAGE (default: the workspace's own) under QEMU with UEFI firmware. The serial console is on\n" +
    "the terminal; Ctrl-A X ends QEMU. By default QEMU emulates the processor. The architecture is read\n" +
    "from the image.",
  parameters: {
    flags: {
      accel: {
        kind: "enum",
        values: ["tcg", "kvm"],
        default: "tcg",
        brief: "Emulate the processor, or use the host's",
      },
      memory: { kind: "parsed", parse: parseMebibytes, default: "1G", brief: "Memory", placeholder: "N[MG]" },
      arch: {
        kind: "parsed",
        parse: parseArch,
        optional: true,
        brief: `Which architecture to boot, if the image is for several: ${ARCH_NAMES.join(", ")}`,
      },
      snapshot: {
        kind: "boolean",
        default: false,
        withNegated: false,
        brief: "Discard what the machine writes",
      },
      print: {
        kind: "boolean",
        default: false,
        withNegated: false,
        brief: "Print QEMU's command line instead of running it",
      },
      workdir: workdirFlag,
    },
    positional: {
      kind: "tuple",
      parameters: [{ parse: String, optional: true, brief: "QCOW2 or raw disk", placeholder: "IMAGE" }],
    },
  },
  async func(flags, image) {
    const { platform } = this;
    const path = image === undefined ? ownImage(this, flags.workdir) : resolvePath(platform.host.cwd, image);
    const options = {
      image: path,
      arch: await archToBoot(platform, path, flags.arch),
      acceleration: flags.accel,
      memoryMiB: flags.memory,
      keepChanges: !flags.snapshot,
    };
    if (flags.print) this.process.stdout.write(`${quoteWords(bootArgv(platform, options))}\n`);
    else this.setExitCode(await bootImage(platform, options));
  },
});

/** The image that the workspace's plan writes. */
function ownImage(context: Bq2Context, workdir: string | undefined): string {
  const workspace = workspaceAt(context.platform, workdir);
  const plan = requirePlan(context.platform, workspace);
  if (makesImage(plan)) return imagePath({ plan, workspace });
  throw new Bq2Error(`Cannot find an image: the plan in ${workspace.root} writes none`, {
    code: "no-image",
    hint: "name one: bq2 boot IMAGE",
  });
}
