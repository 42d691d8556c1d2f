/** The order of the build of a user's system. */
import { Bq2Error } from "../../src/base/error.ts";
import type { Package, PhaseRecipe } from "../../src/recipe/package.ts";
import type { System } from "../../src/system/system.ts";
import { bq2 } from "../bq2/package.ts";
import { bq2Runtime } from "../bq2-runtime/package.ts";
import { busybox } from "../busybox/package.ts";
import { bzip2 } from "../bzip2/package.ts";
import { crossTools } from "../cross-tools/package.ts";
import { efi } from "../efi/package.ts";
import { efiRuntime } from "../efi-runtime/package.ts";
import { etc } from "../etc/package.ts";
import { linux, linuxWith } from "../linux/package.ts";
import { linuxHeaders } from "../linux-headers/package.ts";
import { musl } from "../musl/package.ts";
import {
  finalizeRootfs,
  hostSetup,
  image,
  MINIMAL,
  rootfsFromSysroot,
  sysrootFromSeed,
  toolsFromSeed,
} from "../phases.ts";
import { quickjs } from "../quickjs/package.ts";
import { crossCompilers, MINIMAL_SEED } from "../seed-packages.ts";
import { xz } from "../xz/package.ts";
import { zlib } from "../zlib/package.ts";
import { foldersOf, systemContents } from "./package.ts";

/** A user's system: what every system has, its packages, and what it declares. */
export function systemPhases(wanted: System<Package>): readonly PhaseRecipe[] {
  refuseTakenNames(wanted.packages);
  const names = () => ({ tarball: `${wanted.name}-rootfs`, image: wanted.name });
  const contents = systemContents(wanted);
  return [
    hostSetup(
      ({ arch, seedArch }) => [...MINIMAL_SEED, ...crossCompilers(seedArch, [arch])],
      foldersOf(wanted),
    ),
    toolsFromSeed,
    sysrootFromSeed({ toolchain: [crossTools], more: librariesOf(wanted.packages) }),
    rootfsFromSysroot([
      ...[etc(wanted), busybox, bq2, efi, linuxWith(wanted.kernel.options)],
      ...wanted.packages,
      ...(contents === undefined ? [] : [contents]),
    ]),
    finalizeRootfs(names),
    image(names, wanted, false),
  ];
}

/** What every system has. */
const BASE_NAMES = new Set([etc(MINIMAL), busybox, bq2, efi, linux].map(({ name }) => name).concat("system"));

/** What the sysroot has without any system's wishes. */
const SYSROOT_PACKAGES: readonly Package[] = [
  ...[crossTools, linuxHeaders, musl, zlib, bzip2, xz, quickjs, bq2Runtime, efiRuntime],
];

function refuseTakenNames(packages: readonly Package[]): void {
  const taken = packages.find(({ name }) => BASE_NAMES.has(name));
  if (taken === undefined) return;
  throw new Bq2Error(`Cannot use the package ${taken.name}: every system has a package of that name`, {
    code: "bad-system",
    hint: "leave it out, or give yours another name",
  });
}

/** What the packages need in the sysroot, beyond what it has: needed ones first, then by name. */
function librariesOf(packages: readonly Package[]): Package[] {
  const there = new Map(SYSROOT_PACKAGES.map((pkg) => [pkg.name, pkg]));
  const found: Package[] = [];
  const visit = (pkg: Package): void => {
    for (const need of [...pkg.needs].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const known = there.get(need.name);
      if (known !== undefined && known !== need) throw twoPackages(need.name);
      if (known !== undefined) continue;
      there.set(need.name, need);
      visit(need);
      found.push(need);
    }
  };
  for (const pkg of packages) visit(pkg);
  return found;
}

function twoPackages(name: string): Bq2Error {
  return new Bq2Error(`Cannot use two packages of the name ${name}`, {
    code: "bad-system",
    hint: "give yours another name",
  });
}
