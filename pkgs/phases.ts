/** The build order, on one page. */
import type { ArchFacts } from "../src/base/arch.ts";
import { type HostStep, type Package, type PhaseRecipe, SYSROOT } from "../src/recipe/package.ts";
import { bq2, OWN_MODULES } from "./bq2/package.ts";
import { bq2Runtime } from "./bq2-runtime/package.ts";
import { busybox } from "./busybox/package.ts";
import { bzip2 } from "./bzip2/package.ts";
import { crossTools } from "./cross-tools/package.ts";
import { efi, foreignEfi } from "./efi/package.ts";
import { efiRuntime, foreignArch, foreignEfiRuntime } from "./efi-runtime/package.ts";
import { etc } from "./etc/package.ts";
import { KERNEL_PATH, linux } from "./linux/package.ts";
import { linuxHeaders } from "./linux-headers/package.ts";
import { musl } from "./musl/package.ts";
import { quickjs } from "./quickjs/package.ts";
import { crossCompiler, SEED_PACKAGES, type SeedPackage } from "./seed-packages.ts";
import { xz } from "./xz/package.ts";
import { zlib } from "./zlib/package.ts";

export const PROFILES = ["minimal", "efi"] as const;
export type Profile = (typeof PROFILES)[number];

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

/** `more`: what a seed has beside {@link SEED_PACKAGES}. */
function hostSetup(more: (arch: ArchFacts) => readonly SeedPackage[] = () => []): PhaseRecipe {
  return {
    ...hostPhase,
    name: "host-setup",
    description: "Fetch and verify the sources, lay out the seed, unpack.",
    steps: [
      hostStep("download-sources", ({ pins }) => ({ kind: "fetch-sources", pins: [...pins] })),
      hostStep("populate-seed", ({ seed, arch }) => ({
        kind: "populate-seed",
        seed,
        packages: [...SEED_PACKAGES, ...more(arch)].map(({ name, program }) => ({ name, program })),
      })),
      hostStep("extract-sources", ({ pins }) => ({ kind: "extract-sources", pins: [...pins] })),
      hostStep("stage-source", () => ({ kind: "stage-source" })),
    ],
  };
}

function sysrootFromSeed(more: readonly Package[]): PhaseRecipe {
  return {
    name: "sysroot-from-seed",
    description: "Build a self-contained sysroot using seed rootfs tools.",
    namespace: "seed",
    prefix: SYSROOT,
    destdir: null,
    writes: [SYSROOT],
    env: ENV,
    needsFrom: ["sysroot-from-seed"],
    steps: [crossTools, linuxHeaders, musl, zlib, bzip2, xz, quickjs, bq2Runtime, efiRuntime, ...more],
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
    hostSetup(),
    sysrootFromSeed([]),
    rootfsFromSysroot([etc, linuxHeaders, musl, busybox, bq2, efi, linux]),
    finalizeRootfs,
    image,
  ],
  /** No system: what UEFI applications are made with, for both architectures. */
  efi: [
    hostSetup((arch) => [crossCompiler(foreignArch(arch.name))]),
    sysrootFromSeed([foreignEfiRuntime]),
    rootfsFromSysroot([bq2, efi, foreignEfi]),
  ],
};

export function phasesOf(profile: Profile): readonly PhaseRecipe[] {
  return PHASES[profile];
}
