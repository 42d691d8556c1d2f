/**
 * What `bq2 efi-app-builder` makes UEFI applications from, and the first such application: the boot loader.
 */
import type { Arch } from "../../src/base/arch.ts";
import type { InsideAction } from "../../src/plan/action.ts";
import { copy } from "../../src/recipe/inside-actions.ts";
import { OWN_SOURCE, type Package, type Place } from "../../src/recipe/package.ts";
import { linkPackages, NPM_SOURCES, runFromSource } from "../bq2/package.ts";
import { bq2Runtime } from "../bq2-runtime/package.ts";
import { efiRuntime, efiRuntimeFile, foreignArches, foreignEfiRuntime } from "../efi-runtime/package.ts";

/** Folders of this project's `src/`: the bindings, and what they import. */
const BINDINGS = ["base", "efi", "script"];

const common = {
  license: "MIT",
  version: "",
  ownSource: "bq2",
  extraSources: NPM_SOURCES.map(({ pin }) => pin),
} as const;

export const efi: Package = {
  ...common,
  name: "efi",
  why: "makes UEFI applications from TypeScript, such as the boot loader",
  needs: [efiRuntime],
  tools: [bq2Runtime],
  build: (place) => ({
    kind: "actions",
    why: "it consists of copies and of an application that this project's own program makes",
    actions: [
      ...BINDINGS.map((name) =>
        copy(`${OWN_SOURCE}/src/${name}`, `${place.destdir}/usr/lib/bq2/efi/src/${name}`, ".ts"),
      ),
      ...linkPackages(place),
      ...forArch(place, place.arch.name),
    ],
  }),
};

export const foreignEfi: Package = {
  ...common,
  name: "foreign-efi",
  why: "makes UEFI applications for the other architectures",
  needs: [foreignEfiRuntime],
  tools: [bq2Runtime],
  build: (place) => ({
    kind: "actions",
    why: "it is made like the package efi",
    actions: [
      ...linkPackages(place),
      ...foreignArches(place.arch.name).flatMap(({ name }) => forArch(place, name)),
    ],
  }),
};

/** The boot loader in a rootfs. */
export function bootLoaderFile(arch: Arch): string {
  return `/usr/lib/bq2/efi/boot-${arch}.efi`;
}

function forArch(place: Place, arch: Arch): InsideAction[] {
  const runtime = `${place.sysroot}${efiRuntimeFile(arch)}`;
  return [
    copy(runtime, `${place.destdir}/usr${efiRuntimeFile(arch)}`),
    runFromSource(place, [
      "efi-app-builder",
      ...["--input", "src/efi/boot/main.ts"],
      ...["--output", `${place.destdir}${bootLoaderFile(arch)}`],
      ...["--arch", arch],
      ...["--runtime", runtime],
    ]),
  ];
}
