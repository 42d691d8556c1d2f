import { copy } from "../../src/recipe/inside-actions.ts";
import type { Package } from "../../src/recipe/package.ts";
import { linuxSource } from "../linux/source.ts";
import { developmentHome } from "../toolchain.ts";

export const linuxHeaders: Package = {
  name: "linux-headers",
  why: "the kernel's interface, for programs that use more of it than the C library offers",
  license: "GPL-2.0-only WITH Linux-syscall-note",
  version: linuxSource.version,
  source: linuxSource,
  needs: [],
  build(place) {
    const home = developmentHome(place);
    return {
      kind: "make",
      // Not `headers_install`, which needs rsync.
      make: {
        targets: ["headers"],
        flags: [`O=${place.workdir}`, `ARCH=${place.arch.kernelArch}`, `HOSTCC=${place.buildCompiler}`],
      },
      install: { targets: [], flags: [] },
      // Only the headers: a `.cmd` file beside each one records how it was made.
      finish: [copy(`${place.workdir}/usr/include`, `${place.destdir}${home}/include`, ".h")],
    };
  },
};
