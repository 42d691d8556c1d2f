/** The order of the build, on one page. */
import { ARCHES } from "../src/base/arch.ts";
import { isOwnRootfs } from "../src/base/seed-name.ts";
import {
  type BaseNeed,
  type CoordinatorStep,
  isCross,
  type Package,
  type PhaseRecipe,
  type PlanningContext,
  SYSROOT,
} from "../src/recipe/package.ts";
import { IMAGE_PHASE, type PhaseName } from "../src/recipe/phase-names.ts";
import { system } from "../src/system/constructors.ts";
import type { System } from "../src/system/system.ts";
import { binutils, crossBinutils } from "./binutils/package.ts";
import { bison } from "./bison/package.ts";
import { BQ2_PATH, bq2, OWN_MODULES, ownProgram, ownProgramFile } from "./bq2/package.ts";
import { bq2Runtime } from "./bq2-runtime/package.ts";
import { busybox, systemBusybox } from "./busybox/package.ts";
import { bzip2 } from "./bzip2/package.ts";
import { crossTools } from "./cross-tools/package.ts";
import { efi, foreignEfi } from "./efi/package.ts";
import { efiRuntime, foreignEfiRuntime } from "./efi-runtime/package.ts";
import { etc } from "./etc/package.ts";
import { flex } from "./flex/package.ts";
import { libstdcxx } from "./gcc/libstdcxx.ts";
import { crossGcc, gcc } from "./gcc/package.ts";
import { seedToolchain } from "./gcc/seed-toolchain.ts";
import { KERNEL_PATH, linux, systemLinux } from "./linux/package.ts";
import { linuxHeaders } from "./linux-headers/package.ts";
import { m4 } from "./m4/package.ts";
import { make } from "./make/package.ts";
import { musl } from "./musl/package.ts";
import { quickjs } from "./quickjs/package.ts";
import { crossCompilers, FULL_SEED, MINIMAL_SEED, OWN_SEED, type SeedPackage } from "./seed-packages.ts";
import type { StagedFolder } from "./system/package.ts";
import { xz } from "./xz/package.ts";
import { zlib } from "./zlib/package.ts";

/** What can be built by name: two systems, and what UEFI applications are made with. */
export const PROFILES = ["minimal", "full", "efi"] as const;
export type Profile = (typeof PROFILES)[number];

/** The systems of that name. Their packages are below, in the phases that build them. */
export const MINIMAL = system({ name: "minimal", hostname: "bq2" });
const FULL = system({ name: "full", hostname: "bq2" });

/**
 * The one time in every output: 2025-07-14 00:00 UTC. That week Linux 6.12.38 was released, the newest of the
 * sources that were pinned when the time was chosen. https://reproducible-builds.org/specs/source-date-epoch/
 */
export const SOURCE_DATE_EPOCH = 1752451200;

/** The environment of every build in a namespace. */
const ENV = {
  HOME: "/root",
  LC_ALL: "C",
  PATH: `${SYSROOT}/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
  SOURCE_DATE_EPOCH: String(SOURCE_DATE_EPOCH),
  TZ: "UTC",
};

function coordinatorStep(
  name: string,
  action: CoordinatorStep["action"],
  tools: readonly Package[] = [],
): CoordinatorStep {
  return { coordinator: true, name, tools, action };
}

const hostPhase = {
  namespace: "host",
  prefix: "/",
  destdir: null,
  writes: [],
  env: {},
  needsFrom: [],
} as const;

export function hostSetup(
  seedPackages: (context: PlanningContext) => readonly SeedPackage[],
  folders: readonly StagedFolder[] = [],
): PhaseRecipe {
  return {
    ...hostPhase,
    name: "host-setup",
    description: "Fetch and verify the sources, lay out the seed, and unpack the sources.",
    steps: [
      coordinatorStep("download-sources", ({ pins }) => ({ kind: "fetch-sources", pins: [...pins] })),
      coordinatorStep("populate-seed", (context) => ({
        kind: "populate-seed",
        seed: context.seed,
        packages: seedPackages(context).map(({ name, program }) => ({ name, program })),
      })),
      coordinatorStep("extract-sources", ({ pins }) => ({ kind: "extract-sources", pins: [...pins] })),
      coordinatorStep("stage-source", () => ({ kind: "stage-source" })),
      ...(folders.length === 0 ? [] : [stageFolders(folders)]),
    ],
  };
}

function stageFolders(folders: readonly StagedFolder[]): CoordinatorStep {
  const staged = folders.map(({ name, from }) => ({ name, from }));
  return coordinatorStep("stage-folders", () => ({ kind: "stage-folders", folders: staged }));
}

/**
 * The programs that the build of a system for another architecture runs. They are the first steps of
 * {@link sysrootFromSeed}, made for the seed's architecture.
 */
export const toolsFromSeed: PhaseRecipe = {
  name: "tools-from-seed",
  description: "Build the programs that the build itself runs, for the seed's architecture.",
  namespace: "seed",
  prefix: SYSROOT,
  destdir: null,
  writes: [SYSROOT],
  env: ENV,
  forSeed: true,
  needsFrom: ["tools-from-seed"],
  steps: [crossTools, linuxHeaders, musl, zlib, bzip2, xz, quickjs, bq2Runtime, ownProgram],
};

export function sysrootFromSeed(parts: {
  /** What compiles for the new system. */
  readonly toolchain: readonly Package[];
  /** Parts of the toolchain that need the C library. */
  readonly afterLibc?: readonly Package[];
  /** The last steps. */
  readonly more?: readonly Package[];
}): PhaseRecipe {
  const { toolchain, afterLibc = [], more = [] } = parts;
  return {
    name: "sysroot-from-seed",
    description: "Build a self-contained sysroot with the tools of the seed.",
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

export function rootfsFromSysroot(steps: readonly Package[]): PhaseRecipe {
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

const fullEtc = etc(FULL);

/** Builds everything again without the seed. The steps see only a shell, make and the sysroot's toolchain. */
const systemFromSysroot = (toolchain: readonly Package[]): PhaseRecipe => ({
  name: "system-from-sysroot",
  description: "Rebuild the system within itself, with the sysroot's toolchain.",
  namespace: "bq2",
  prefix: "/usr",
  destdir: null,
  writes: ["/boot", "/usr"],
  env: ENV,
  needsFrom: ["system-from-sysroot", "sysroot-from-seed"],
  base: [
    ...fromPhase("rootfs-from-sysroot", [fullEtc, busybox, make]),
    ...fromPhase("sysroot-from-seed", [...toolchain, linuxHeaders, musl]),
  ],
  steps: [
    ...[linuxHeaders, musl, binutils, gcc, libstdcxx],
    ...[make, m4, bison, flex, systemBusybox, bq2, efi, systemLinux],
  ],
});

function fromPhase(phase: PhaseName, packages: readonly Package[]): BaseNeed[] {
  return packages.map((pkg) => ({ phase, package: pkg }));
}

/**
 * The program that writes the artifacts, in the finished rootfs: the system's own, or in a cross build one
 * that is made from the same source and runs on this machine.
 */
function outputProgram(context: PlanningContext): string {
  return isCross(context) ? ownProgramFile(context) : BQ2_PATH;
}

const outputPhase = { ...hostPhase, namespace: "bq2", env: { PATH: "/usr/sbin:/usr/bin" } } as const;

/** What the artifacts' names start with: the tarball's and the image's. */
export type ArtifactNames = (version: string) => { readonly tarball: string; readonly image: string };

export const finalizeRootfs = (names: ArtifactNames): PhaseRecipe => ({
  ...outputPhase,
  name: "finalize-rootfs",
  description: "Pack the finished rootfs into a tarball.",
  steps: [
    coordinatorStep(
      "rootfs-tarball",
      (context) => ({
        kind: "pack-rootfs",
        file: `${names(context.version).tarball}-${context.arch.name}`,
        program: outputProgram(context),
      }),
      [ownProgram],
    ),
  ],
});

/** The phase that writes the image. With `hasSources`, the user may ask for the sources in it. */
export const image = (names: ArtifactNames, { disk }: System, hasSources: boolean): PhaseRecipe => ({
  ...outputPhase,
  name: IMAGE_PHASE,
  description: "Write the disk image.",
  steps: [
    coordinatorStep(
      "disk-image",
      (context) => ({
        kind: "write-image",
        file: `${names(context.version).image}-${context.arch.name}`,
        program: outputProgram(context),
        kernel: KERNEL_PATH,
        size: disk.bytes,
        sources:
          hasSources && context.sources
            ? { modules: OWN_MODULES.map((own) => ({ ...own, only: [...own.only] })) }
            : null,
      }),
      [ownProgram],
    ),
  ],
});

/** The artifacts of the systems that this project names carry its version. */
const OWN_NAMES: ArtifactNames = (version) => ({
  tarball: `bq2-rootfs-${version}`,
  image: `bq2-${version}`,
});

const minimalPhases: readonly PhaseRecipe[] = [
  hostSetup(({ arch, seedArch }) => [...MINIMAL_SEED, ...crossCompilers(seedArch, [arch])]),
  toolsFromSeed,
  sysrootFromSeed({ toolchain: [crossTools] }),
  rootfsFromSysroot([etc(MINIMAL), linuxHeaders, musl, busybox, bq2, efi, linux]),
  finalizeRootfs(OWN_NAMES),
  image(OWN_NAMES, MINIMAL, true),
];

/** Builds no system, but what UEFI applications are made with, for every architecture. */
const efiPhases: readonly PhaseRecipe[] = [
  hostSetup(({ seedArch }) => [...MINIMAL_SEED, ...crossCompilers(seedArch, Object.values(ARCHES))]),
  toolsFromSeed,
  sysrootFromSeed({ toolchain: [crossTools], more: [foreignEfiRuntime] }),
  rootfsFromSysroot([bq2, efi, foreignEfi]),
];

/** `seed` says whose compiler the seed has: `own` is this system's, in a rootfs that was built earlier. */
function fullPhases(seed: "foreign" | "own"): readonly PhaseRecipe[] {
  const [packages, toolchain, afterLibc] =
    seed === "own" ? [OWN_SEED, [seedToolchain], []] : [FULL_SEED, [crossBinutils, crossGcc], [libstdcxx]];
  return [
    hostSetup(() => packages),
    sysrootFromSeed({ toolchain, afterLibc }),
    rootfsFromSysroot([fullEtc, linuxHeaders, musl, busybox, bq2, efi, make]),
    systemFromSysroot([...toolchain, ...afterLibc]),
    finalizeRootfs(OWN_NAMES),
    image(OWN_NAMES, FULL, true),
  ];
}

/** All phases of a profile, in order. The name of the seed says whether it is one of our own rootfs. */
export function phasesOf(profile: Profile, seed: string): readonly PhaseRecipe[] {
  switch (profile) {
    case "minimal":
      return minimalPhases;
    case "efi":
      return efiPhases;
    case "full":
      return fullPhases(isOwnRootfs(seed) ? "own" : "foreign");
  }
}
