import type { InsideAction } from "../../src/plan/action.ts";
import type { Build } from "../../src/plan/build.ts";
import { copy, remove } from "../../src/recipe/inside-actions.ts";
import type { Package, Place } from "../../src/recipe/package.ts";
import { crossTools } from "../cross-tools/package.ts";
import { linuxHeaders } from "../linux-headers/package.ts";
import { musl } from "../musl/package.ts";
import { debian, pin, url } from "../pin.ts";
import { BUSYBOX_OPTIONS } from "./config.ts";

const source = pin("busybox", "1.37.0", (version) => ({
  file: `busybox-${version}.tar.bz2`,
  sha256: "3311dff32e746499f4df0d5df04d7eb396382d7e108bb9250e7b519b837043a4",
  size: 2565764,
  origins: [
    url(`https://busybox.net/downloads/busybox-${version}.tar.bz2`),
    debian(`main/b/busybox/busybox_${version}.orig.tar.bz2`),
  ],
}));

export const busybox: Package = {
  name: "busybox",
  why: "the shell and the standard tools, in one static program",
  license: "GPL-2.0-only",
  version: source.version,
  source,
  needs: [crossTools, musl, linuxHeaders],
  build: (place) => build(place, []),
};

/** For a system with binutils, whose `strings` knows more kinds of files. */
export const systemBusybox: Package = {
  ...busybox,
  build: (place) => build(place, [remove(`${installed(place)}/bin/strings`)]),
};

function installed(place: Place): string {
  return `${place.workdir}/installed`;
}

/** `beforeCopy`: actions on the installed tree, before it is copied to its final place. */
function build(place: Place, beforeCopy: readonly InsideAction[]): Build {
  return {
    kind: "kbuild",
    options: BUSYBOX_OPTIONS.map(({ option, value }) => ({ option, value })),
    // Busybox's Kconfig prefers answers over its own defaults only if they are a defconfig in the source
    // tree.
    answers: `${place.source}/configs/bq2_defconfig`,
    configure: { targets: ["bq2_defconfig"], flags: [] },
    make: { targets: ["busybox"], flags: [] },
    // Not installed in place: the installer would replace the shell that it runs in, in a system whose shell
    // is busybox.
    install: { targets: ["install"], flags: [`CONFIG_PREFIX=${installed(place)}`] },
    flags: [
      `ARCH=${place.arch.name}`,
      `CROSS_COMPILE=${place.arch.triple}-`,
      `HOSTCC=${place.buildCompiler}`,
    ],
    finish: [...beforeCopy, copy(installed(place), `${place.destdir}${place.prefix}`)],
  };
}
