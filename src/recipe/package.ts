/** The types that the recipes in `pkgs/` are written in, and the paths that they share. */
import type { ArchFacts } from "../base/arch.ts";
import type { CoordinatorAction } from "../plan/action.ts";
import type { Build } from "../plan/build.ts";
import type { Patch, PlanPath, Step } from "../plan/plan.ts";
import type { Pin } from "../plan/source.ts";
import type { PhaseName } from "./phase-names.ts";

/** One upstream release and how it is built. */
export interface Package {
  readonly name: string;
  /** Why the system has it, as one line for readers of the recipe. */
  readonly why: string;
  /** SPDX expression. */
  readonly license: string;
  readonly version: string;
  /** The release that it is built from. A package that this project writes itself has none. */
  readonly source?: Pin;
  /**
   * For a package that is built from this project itself: the part that it is built from. `place.source` is
   * then that tree, and the step's key depends on it.
   */
  readonly ownSource?: OwnSource;
  /** Names of staged folders of the user that the build sees, each at `SOURCE_ROOT/<name>`. */
  readonly folders?: readonly string[];
  /** Further source trees that the build sees, each at `SOURCE_ROOT/<release>`. */
  readonly extraSources?: readonly Pin[];
  readonly patches?: readonly Patch[];
  /** Packages whose outputs the build sees. */
  readonly needs: readonly Package[];
  /** Packages whose programs the build runs. In a cross build these are made for the seed's architecture. */
  readonly tools?: readonly Package[];
  /** The package that this one replaces, in phases that build this one but not the other. */
  readonly inPlaceOf?: Package;
  readonly env?: Step["env"];
  readonly owners?: Step["owners"];
  /** Pure. Nothing else in a recipe may vary by phase or architecture. */
  build(place: Place): Build;
}

/** Where a package is built, what for, and with what. */
export interface Place {
  /** What the output runs on. */
  readonly arch: ArchFacts;
  /** What the build runs on. */
  readonly seedArch: ArchFacts;
  /** `DESTDIR` as the build sees it; empty if the output goes straight into the namespace's root. */
  readonly destdir: string;
  readonly prefix: string;
  /** The unpacked source tree. */
  readonly source: string;
  /** The step's own build folder. */
  readonly workdir: string;
  /** The root of the toolchain that is built with the seed. */
  readonly sysroot: string;
  /** Compiles programs that run during the build: the seed's compiler, or the toolchain's without a seed. */
  readonly buildCompiler: string;
  readonly epoch: number;
  readonly version: string;
}

/** A stage of the build: one namespace, prefix, destdir and environment. */
export interface PhaseRecipe {
  readonly name: PhaseName;
  readonly description: string;
  readonly namespace: "host" | "seed" | "bq2";
  readonly prefix: string;
  readonly destdir: PlanPath | null;
  readonly writes: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /**
   * The phase makes the programs that the build runs, for the seed's architecture. A plan has it only if the
   * system's architecture differs: if both are the same, the phases that follow make these programs anyway.
   */
  readonly forSeed?: true;
  /** Phases whose steps satisfy `needs`, tried in this order. */
  readonly needsFrom: readonly PhaseName[];
  /** What every step of the phase sees, in addition to its needs. */
  readonly base?: readonly BaseNeed[];
  readonly steps: readonly (Package | CoordinatorStep)[];
}

/** A step of an earlier phase. */
export interface BaseNeed {
  readonly phase: PhaseName;
  readonly package: Package;
}

/** A coordinator step: work that `bq2` does itself. */
export interface CoordinatorStep {
  readonly coordinator: true;
  readonly name: string;
  /** Packages of the phase {@link PhaseRecipe.forSeed} that the step uses, in plans that have that phase. */
  readonly tools?: readonly Package[];
  readonly action: (context: PlanningContext) => CoordinatorAction;
}

export interface PlanningContext {
  readonly arch: ArchFacts;
  readonly seedArch: ArchFacts;
  readonly seed: string;
  readonly version: string;
  /** Whether the image contains its sources. */
  readonly sources: boolean;
  /** The names of all pins of the plan, in order. */
  readonly pins: readonly string[];
}

/** Whether the system's architecture differs from that of the machine it is built on. */
export function isCross({ arch, seedArch }: Pick<Place, "arch" | "seedArch">): boolean {
  return arch.name !== seedArch.name;
}

/** Source trees are here in every namespace, so that any paths in outputs are always the same. */
export const SOURCE_ROOT = "/workspace/src";
/**
 * The names by which a step's `sources` refer to this project itself: all of it, or only its C code. Each is
 * a tree below {@link SOURCE_ROOT}.
 */
export const OWN_SOURCES = ["bq2", "bq2-native"] as const;
export type OwnSource = (typeof OWN_SOURCES)[number];
export const OWN_SOURCE = `${SOURCE_ROOT}/${OWN_SOURCES[0]}`;
export const OWN_NATIVE_SOURCE = `${SOURCE_ROOT}/${OWN_SOURCES[1]}`;

export function isOwnSource(name: string): name is OwnSource {
  return OWN_SOURCES.some((own) => own === name);
}

/**
 * The name by which a step's `sources` refer to a folder of the user: a tree below {@link SOURCE_ROOT}. No
 * release has such a name, because a release's name has a hyphen.
 */
export function folderSource(index: number): string {
  return `folder.${index}`;
}

function isFolderSource(name: string): boolean {
  return /^folder\.\d+$/.test(name);
}

/** Whether the tree is copied from the host, not unpacked from an archive. */
export function isStagedSource(name: string): boolean {
  return isOwnSource(name) || isFolderSource(name);
}

/** Each step has its own build folder below this one, the same in every namespace. */
export const BUILD_ROOT = "/workspace/build";
/** The root of the toolchain, and of the libraries that programs of the new system are linked with. */
export const SYSROOT = "/opt/sysroot";

/** Such as `musl-1.2.5`: the name of a package's pin and of its source tree. */
export function releaseName(pkg: { readonly name: string; readonly version: string }): string {
  return `${pkg.name}-${pkg.version}`;
}
