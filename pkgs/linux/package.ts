import type { Package } from "../../src/recipe/package.ts";
import { bison } from "../bison/package.ts";
import { copy } from "../copy.ts";
import { crossTools } from "../cross-tools/package.ts";
import { flex } from "../flex/package.ts";
import { kernelOptions } from "./config.ts";
import { LINUX_VERSION, linuxSource } from "./source.ts";

export const linux: Package = {
  name: "linux",
  why: "the kernel, with the EFI stub that firmware can start by itself",
  license: "GPL-2.0-only",
  version: LINUX_VERSION,
  source: linuxSource,
  patches: [
    {
      file: "pkgs/linux/0001-x86-build-without-objtool.patch",
      sha256: "bf88b7052a6e7ece3b49de225559cd9d8deb053066e10c74797709857a77a95f",
      why: "objtool would bring libelf into the build",
    },
    {
      file: "pkgs/linux/0002-objtool-define-VALIDATE_UNRET_BEGIN.patch",
      sha256: "5dfef8bd8102636767240fca0c27a902d42fac99e5be9c61b5e717c138222688",
      why: "assembler code uses a macro that only exists with objtool",
    },
  ],
  needs: [crossTools],
  build(place) {
    const { arch } = place;
    const answers = `${place.workdir}/bq2.config`;
    return {
      kind: "kbuild",
      options: kernelOptions(arch.name).map(({ option, value }) => ({ option, value })),
      answers,
      configure: { targets: ["allnoconfig"], flags: [`KCONFIG_ALLCONFIG=${answers}`] },
      make: { targets: [arch.kernelTarget], flags: [] },
      install: { targets: [], flags: [] },
      flags: [
        `ARCH=${arch.kernelArch}`,
        `CROSS_COMPILE=${arch.triple}-`,
        `HOSTCC=${place.buildCompiler}`,
        // What would else be the builder's name, machine and time (Documentation/kbuild/reproducible-builds.rst).
        "KBUILD_BUILD_USER=bq2",
        "KBUILD_BUILD_HOST=bq2",
        "KBUILD_BUILD_VERSION=1",
        `KBUILD_BUILD_TIMESTAMP=${timestamp(place.epoch)}`,
      ],
      finish: [copy(`${place.workdir}/${arch.kernelImage}`, `${place.destdir}${KERNEL_PATH}`)],
    };
  },
};

/** Where there is no seed to bring what Kconfig's reader is made with. */
export const systemLinux: Package = { ...linux, needs: [...linux.needs, bison, flex] };

/** `2025-01-01 00:00:00`, in UTC: a form that GNU's and busybox's `date -d` both read (usr/gen_initramfs.sh). */
function timestamp(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().slice(0, 19).replace("T", " ");
}

/** Where the finished rootfs has its kernel. */
export const KERNEL_PATH = "/boot/vmlinuz";
