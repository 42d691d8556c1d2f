import type { Arch } from "../../src/base/arch.ts";
import { utcText } from "../../src/base/utc.ts";
import { copy } from "../../src/recipe/inside-actions.ts";
import type { Package } from "../../src/recipe/package.ts";
import { bison } from "../bison/package.ts";
import { crossTools } from "../cross-tools/package.ts";
import { flex } from "../flex/package.ts";
import { kernelOptions } from "./config.ts";
import { linuxSource } from "./source.ts";

/** The kernel of a system that adds nothing to it. */
export const linux = linuxWith({});

/** The kernel with further Kconfig options by name, which take precedence over those of `config.ts`. */
export function linuxWith(more: KernelOptionValues): Package {
  return {
    name: "linux",
    why: "the kernel, with an EFI stub that firmware can start directly",
    license: "GPL-2.0-only",
    version: linuxSource.version,
    source: linuxSource,
    patches: [
      {
        file: "pkgs/linux/0001-x86-build-without-objtool.patch",
        sha256: "bf88b7052a6e7ece3b49de225559cd9d8deb053066e10c74797709857a77a95f",
        why: "objtool would add libelf to what the build needs",
      },
      {
        file: "pkgs/linux/0002-objtool-define-VALIDATE_UNRET_BEGIN.patch",
        sha256: "5dfef8bd8102636767240fca0c27a902d42fac99e5be9c61b5e717c138222688",
        why: "assembler code uses a macro that exists only with objtool",
      },
    ],
    needs: [crossTools],
    build(place) {
      const { arch } = place;
      const answers = `${place.workdir}/bq2.config`;
      return {
        kind: "kbuild",
        options: optionsOf(arch.name, more),
        answers,
        configure: { targets: ["allnoconfig"], flags: [`KCONFIG_ALLCONFIG=${answers}`] },
        make: { targets: [arch.kernelTarget], flags: [] },
        install: { targets: [], flags: [] },
        flags: [
          `ARCH=${arch.kernelArch}`,
          `CROSS_COMPILE=${arch.triple}-`,
          `HOSTCC=${place.buildCompiler}`,
          // By default these name the user, machine and time (Documentation/kbuild/reproducible-builds.rst).
          "KBUILD_BUILD_USER=bq2",
          "KBUILD_BUILD_HOST=bq2",
          "KBUILD_BUILD_VERSION=1",
          // In a form that `date -d` of GNU and of busybox accepts (usr/gen_initramfs.sh).
          `KBUILD_BUILD_TIMESTAMP=${utcText(place.epoch)}`,
        ],
        finish: [copy(`${place.workdir}/${arch.kernelImage}`, `${place.destdir}${KERNEL_PATH}`)],
      };
    },
  };
}

interface KernelOptionValues {
  readonly [option: string]: string;
}

/** Names are accepted with and without `CONFIG_`. */
function optionsOf(arch: Arch, more: KernelOptionValues): { option: string; value: string }[] {
  const values = new Map(kernelOptions(arch).map(({ option, value }) => [option, value]));
  for (const [name, value] of Object.entries(more)) values.set(name.replace(/^CONFIG_/, ""), value);
  return [...values].map(([option, value]) => ({ option, value }));
}

/** For a phase that sees no seed: bison and flex generate the sources of Kconfig's reader. */
export const systemLinux: Package = { ...linux, needs: [...linux.needs, bison, flex] };

/** The kernel in the finished rootfs. */
export const KERNEL_PATH = "/boot/vmlinuz";
