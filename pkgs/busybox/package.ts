import type { InsideAction } from "../../src/plan/action.ts";
import type { Build } from "../../src/plan/build.ts";
import type { Package, Place } from "../../src/recipe/package.ts";
import { copy } from "../copy.ts";
import { crossTools } from "../cross-tools/package.ts";
import { linuxHeaders } from "../linux-headers/package.ts";
import { musl } from "../musl/package.ts";
import { BUSYBOX_OPTIONS } from "./config.ts";

export const busybox: Package = {
  name: "busybox",
  why: "the shell and the standard tools in one static file",
  license: "GPL-2.0-only",
  version: "1.37.0",
  source: {
    name: "busybox",
    version: "1.37.0",
    archives: [
      {
        file: "busybox-1.37.0.tar.bz2",
        sha256: "3311dff32e746499f4df0d5df04d7eb396382d7e108bb9250e7b519b837043a4",
        size: 2565764,
        origins: [
          { kind: "url", url: "https://busybox.net/downloads/busybox-1.37.0.tar.bz2" },
          { kind: "debian", pool: "main/b/busybox/busybox_1.37.0.orig.tar.bz2" },
        ],
      },
    ],
  },
  needs: [crossTools, musl, linuxHeaders],
  build: (place) => build(place, []),
};

/** In a system whose binutils have a `strings` that knows more kinds of files. */
export const systemBusybox: Package = {
  ...busybox,
  build: (place) => build(place, [{ kind: "remove", path: `${installed(place)}/bin/strings` }]),
};

function installed(place: Place): string {
  return `${place.workdir}/installed`;
}

/** `beforeCopy`: on the installed tree, before it is copied to where it belongs. */
function build(place: Place, beforeCopy: readonly InsideAction[]): Build {
  return {
    kind: "kbuild",
    options: BUSYBOX_OPTIONS.map(({ option, value }) => ({ option, value })),
    // Its Kconfig takes answers over its own defaults from a defconfig of the source tree only.
    answers: `${place.source}/configs/bq2_defconfig`,
    configure: { targets: ["bq2_defconfig"], flags: [] },
    make: { targets: ["busybox"], flags: [] },
    // Not in place: in a system of which it is the shell, its installer takes away the ground that it stands on.
    install: { targets: ["install"], flags: [`CONFIG_PREFIX=${installed(place)}`] },
    flags: [
      `ARCH=${place.arch.name}`,
      `CROSS_COMPILE=${place.arch.triple}-`,
      `HOSTCC=${place.buildCompiler}`,
    ],
    finish: [...beforeCopy, copy(installed(place), `${place.destdir}${place.prefix}`)],
  };
}
