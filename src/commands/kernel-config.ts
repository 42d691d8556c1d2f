import { type KernelFragment, kernelFragments } from "../../pkgs/linux/config.ts";
import { ARCH_NAMES, type Arch } from "../base/arch.ts";
import { defineCommand } from "../command-line/command.ts";
import { parseArch } from "../command-line/flags.ts";
import { kconfigText } from "../recipe/kconfig.ts";

interface Flags {
  readonly arch?: Arch;
}

export const command = defineCommand<Flags>({
  description:
    "Prints the options that the kernel is built with, fragment by fragment, each option below its\n" +
    "reason. Kconfig reads exactly these; every other option is off (allnoconfig). The build fails if\n" +
    "Kconfig drops one of them, so a built kernel has them all.",
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
