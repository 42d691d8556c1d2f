import type { Package } from "../../src/recipe/package.ts";
import { developmentHome } from "../development-home.ts";
import { LINUX_VERSION, linuxSource } from "../linux/source.ts";

export const linuxHeaders: Package = {
  name: "linux-headers",
  why: "the kernel's interface, for programs that speak to it beyond the C library",
  license: "GPL-2.0-only WITH Linux-syscall-note",
  version: LINUX_VERSION,
  source: linuxSource,
  needs: [],
  build(place) {
    const home = developmentHome(place);
    return {
      kind: "make",
      // `headers_install` would want rsync.
      make: {
        targets: ["headers"],
        flags: [`O=${place.workdir}`, `ARCH=${place.arch.kernelArch}`, `HOSTCC=${place.buildCompiler}`],
      },
      install: { targets: [], flags: [] },
      finish: [
        {
          kind: "copy",
          from: `${place.workdir}/usr/include`,
          to: `${place.destdir}${home}/include`,
          only: ".h", // beside each stands the `.cmd` that made it
        },
      ],
    };
  },
};
