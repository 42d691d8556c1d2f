import { buildCommand } from "@stricli/core";
import { type KernelFragment, kernelFragments } from "../../pkgs/linux/config.ts";
import { ARCH_NAMES, type Arch } from "../base/arch.ts";
import { kconfigText } from "../recipe/kconfig.ts";
import { BRIEFS } from "./briefs.ts";
import type { Bq2Context } from "./context.ts";
import { parseArch } from "./flags.ts";

interface Flags {
  readonly arch?: Arch;
}

export const kernelConfig = buildCommand<Flags, [], Bq2Context>({
  docs: {
    brief: BRIEFS["kernel-config"],
    fullDescription:
      "Prints what the kernel is asked for, fragment by fragment, each option below its reason. It is what Kconfig\n" +
      "reads: everything else that asks is off (allnoconfig). A build fails where an option that is asked for does\n" +
      "not survive, so a kernel that was built has them all.",
  },
  parameters: {
    flags: {
      arch: {
        kind: "parsed",
        parse: parseArch,
        optional: true,
        brief: `${ARCH_NAMES.join(" or ")} (default: the host's)`,
      },
    },
  },
  func(flags) {
    const arch = flags.arch ?? this.platform.host.arch;
    this.process.stdout.write(kernelFragments(arch).map(fragmentText).join("\n"));
  },
});

function fragmentText({ title, options }: KernelFragment): string {
  const texts = options.map((option) => `# ${option.why}\n${kconfigText([option])}`);
  return `## ${title} (${options.length} options)\n\n${texts.join("")}`;
}
