/** The build order, on one page. */
import type { ArchFacts } from "../src/base/arch.ts";
import { type HostStep, type Package, type PhaseRecipe, SYSROOT } from "../src/recipe/package.ts";
import { binutils, crossBinutils } from "./binutils/package.ts";
import { bison } from "./bison/package.ts";
import { bq2, OWN_MODULES } from "./bq2/package.ts";
import { bq2Runtime } from "./bq2-runtime/package.ts";
import { busybox } from "./busybox/package.ts";
import { bzip2 } from "./bzip2/package.ts";
import { crossTools } from "./cross-tools/package.ts";
import { efi, foreignEfi } from "./efi/package.ts";
import { efiRuntime, foreignArch, foreignEfiRuntime } from "./efi-runtime/package.ts";
import { etc } from "./etc/package.ts";
import { flex } from "./flex/package.ts";
import { libstdcxx } from "./gcc/libstdcxx.ts";
import { crossGcc, gcc } from "./gcc/package.ts";
import { KERNEL_PATH, linux, systemLinux } from "./linux/package.ts";
import { linuxHeaders } from "./linux-headers/package.ts";
import { m4 } from "./m4/package.ts";
import { make } from "./make/package.ts";
import { musl } from "./musl/package.ts";
import { quickjs } from "./quickjs/package.ts";
import { crossCompiler, FULL_SEED, MINIMAL_SEED, type SeedPackage } from "./seed-packages.ts";
import { xz } from "./xz/package.ts";
import { zlib } from "./zlib/package.ts";

/** What can be asked for. `full` is planned below, but not offered before it has gone through to the end. */
export const PROFILES = ["minimal", "efi"] as const;
export type Profile = (typeof PROFILES)[number] | "full";

/**
 * The one time in every output: 2025-07-14 00:00 UTC, the week in which the youngest of the pinned
 * sources (Linux 6.12.38) was released. https://reproducible-builds.org/specs/source-date-epoch/
 */
export const SOURCE_DATE_EPOCH = 1752451200;

/** Size of the disk. The image is sparse, but its digest is over every byte: larger ones cost time. */
const DISK_SIZE = 2 * 2 ** 30;

/** What every build in a namespace is told. */
const ENV = {
  HOME: "/root",
  LC_ALL: "C",
  PATH: `${SYSROOT}/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
  SOURCE_DATE_EPOCH: String(SOURCE_DATE_EPOCH),
  TZ: "UTC",
};

function hostStep(name: string, action: HostStep["action"]): HostStep {
  return { host: true, name, action };
}

const hostPhase = {
  namespace: "host",
  prefix: "/",
  destdir: null,
  writes: [],
  env: {},
  needsFrom: [],
} as const;

function hostSetup(seedPackages: (arch: ArchFacts) => readonly SeedPackage[]): PhaseRecipe {
  return {
    ...hostPhase,
    name: "host-setup",
    description: "Fetch and verify the sources, lay out the seed, unpack.",
    steps: [
      hostStep("download-sources", ({ pins }) => ({ kind: "fetch-sources", pins: [...pins] })),
      hostStep("populate-seed", ({ seed, arch }) => ({
        kind: "populate-seed",
        seed,
        packages: seedPackages(arch).map(({ name, program }) => ({ name, program })),
      })),
      hostStep("extract-sources", ({ pins }) => ({ kind: "extract-sources", pins: [...pins] })),
      hostStep("stage-source", () => ({ kind: "stage-source" })),
    ],
  };
}

/** `toolchain`: what compiles for the new system; `afterLibc`: what wants the C library at once; `more`: last. */
function sysrootFromSeed(parts: {
  readonly toolchain: readonly Package[];
  readonly afterLibc?: readonly Package[];
  readonly more?: readonly Package[];
}): PhaseRecipe {
  const { toolchain, afterLibc = [], more = [] } = parts;
  return {
    name: "sysroot-from-seed",
    description: "Build a self-contained sysroot using seed rootfs tools.",
    namespace: "seed",
    prefix: SYSROOT,
    destdir: null,
    writes: [SYSROOT],
    env: ENV,
    needsFrom: ["sysroot-from-seed"],
    steps: [
      ...[...toolchain, linuxHeaders, musl, ...afterLibc],
      ...[zlib, bzip2, xz, quickjs, bq2Runtime, efiRuntime, ...more],
    ],
  };
}

function rootfsFromSysroot(steps: readonly Package[]): PhaseRecipe {
  return {
    name: "rootfs-from-sysroot",
    description: "Build the packages of the new rootfs with the sysroot's toolchain.",
    namespace: "seed",
    prefix: "/usr",
    destdir: { root: "bq2", path: "/" },
    writes: ["/"],
    env: ENV,
    needsFrom: ["sysroot-from-seed"],
    steps,
  };
}

/** Everything again, seen by nothing of the seed: a shell, make and the sysroot's toolchain are what there is. */
const systemFromSysroot: PhaseRecipe = {
  name: "system-from-sysroot",
  description: "Rebuild the system within itself, with the sysroot's toolchain.",
  namespace: "bq2",
  prefix: "/usr",
  destdir: null,
  writes: ["/boot", "/usr"],
  env: ENV,
  needsFrom: ["system-from-sysroot", "sysroot-from-seed"],
  base: [
    ...[etc, busybox, make].map((pkg) => ({ phase: "rootfs-from-sysroot", package: pkg })),
    ...[crossGcc, linuxHeaders, musl, libstdcxx].map((pkg) => ({ phase: "sysroot-from-seed", package: pkg })),
  ],
  steps: [
    ...[linuxHeaders, musl, binutils, gcc, libstdcxx],
    ...[make, m4, bison, flex, busybox, bq2, efi, systemLinux],
  ],
};

/** Carried out by the new system's own program, in the finished rootfs. */
const outputPhase = { ...hostPhase, namespace: "bq2", env: { PATH: "/usr/sbin:/usr/bin" } } as const;

const finalizeRootfs: PhaseRecipe = {
  ...outputPhase,
  name: "finalize-rootfs",
  description: "Emit a prefix-free rootfs tarball.",
  steps: [
    hostStep("rootfs-tarball", ({ version, arch }) => ({
      kind: "pack-rootfs",
      file: `bq2-rootfs-${version}-${arch.name}`,
    })),
  ],
};

const image: PhaseRecipe = {
  ...outputPhase,
  name: "image",
  description: "Write the disk image.",
  steps: [
    hostStep("disk-image", ({ version, arch, sources }) => ({
      kind: "write-image",
      file: `bq2-${version}-${arch.name}`,
      kernel: KERNEL_PATH,
      size: DISK_SIZE,
      sources: sources ? { modules: OWN_MODULES.map((own) => ({ ...own, only: [...own.only] })) } : null,
    })),
  ],
};

/** All phases of a profile, in order. */
const PHASES: { readonly [P in Profile]: readonly PhaseRecipe[] } = {
  minimal: [
    hostSetup(() => MINIMAL_SEED),
    sysrootFromSeed({ toolchain: [crossTools] }),
    rootfsFromSysroot([etc, linuxHeaders, musl, busybox, bq2, efi, linux]),
    finalizeRootfs,
    image,
  ],
  /** No system: what UEFI applications are made with, for both architectures. */
  efi: [
    hostSetup((arch) => [...MINIMAL_SEED, crossCompiler(foreignArch(arch.name))]),
    sysrootFromSeed({ toolchain: [crossTools], more: [foreignEfiRuntime] }),
    rootfsFromSysroot([bq2, efi, foreignEfi]),
  ],
  full: [
    hostSetup(() => FULL_SEED),
    sysrootFromSeed({ toolchain: [crossBinutils, crossGcc], afterLibc: [libstdcxx] }),
    rootfsFromSysroot([etc, linuxHeaders, musl, busybox, bq2, efi, make]),
    systemFromSysroot,
    finalizeRootfs,
    image,
  ],
};

export function phasesOf(profile: Profile): readonly PhaseRecipe[] {
  return PHASES[profile];
}
