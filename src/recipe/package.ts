/** The words that `pkgs/` is written in. */
import type { ArchFacts } from "../base/arch.ts";
import type { HostAction } from "../plan/action.ts";
import type { Build } from "../plan/build.ts";
import type { Patch, PlanPath, Step } from "../plan/plan.ts";
import type { Pin } from "../plan/source.ts";

/** One upstream release and how it is built. */
export interface Package {
  readonly name: string;
  /** Why the system has it, in one line. */
  readonly why: string;
  /** SPDX expression. */
  readonly license: string;
  readonly version: string;
  /** What it is unpacked from; none for packages that are written here. */
  readonly source?: Pin;
  /** Where it is built from this project itself: from what of it. `place.source` is that tree, its key follows it. */
  readonly ownSource?: OwnSource;
  /** Further trees that its build sees, each at `SOURCE_ROOT/<release>`. */
  readonly extraSources?: readonly Pin[];
  readonly patches?: readonly Patch[];
  /** Packages whose outputs its build sees. */
  readonly needs: readonly Package[];
  /** Packages whose programs its build runs: of the seed's architecture, where the system's is another one. */
  readonly tools?: readonly Package[];
  /** Satisfies needs of that package in phases that build this one and not it. */
  readonly inPlaceOf?: Package;
  readonly env?: Step["env"];
  readonly owners?: Step["owners"];
  /** Pure. The only place where a build varies by phase or architecture. */
  build(place: Place): Build;
}

/** Where, for what and with what a package is built. */
export interface Place {
  /** What the output runs on. */
  readonly arch: ArchFacts;
  /** What the build runs on. */
  readonly seedArch: ArchFacts;
  readonly phase: string;
  /** `DESTDIR` as the build sees it, empty where the output goes straight to the namespace's root. */
  readonly destdir: string;
  readonly prefix: string;
  /** The unpacked source tree. */
  readonly source: string;
  /** The step's own build folder. */
  readonly workdir: string;
  /** Root of the toolchain that the seed builds. */
  readonly sysroot: string;
  /** Compiles what runs during the build: the seed's compiler, or the toolchain's own where there is no seed. */
  readonly buildCompiler: string;
  readonly epoch: number;
  readonly version: string;
}

/** A stage of the build: one namespace, prefix, destdir and environment. */
export interface PhaseRecipe {
  readonly name: string;
  readonly description: string;
  readonly namespace: "host" | "seed" | "bq2";
  readonly prefix: string;
  readonly destdir: PlanPath | null;
  readonly writes: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /**
   * It makes what the build runs, for the seed's architecture. Left out where the system's is the same: there the
   * phases that follow make it.
   */
  readonly forSeed?: true;
  /** Phases whose steps satisfy `needs`, tried in this order. */
  readonly needsFrom: readonly string[];
  /** What every step of the phase sees, whatever it needs. */
  readonly base?: readonly BaseNeed[];
  readonly steps: readonly (Package | HostStep)[];
}

/** A step of an earlier phase. */
export interface BaseNeed {
  readonly phase: string;
  readonly package: Package;
}

/** Work of the coordinator itself, with its position among the phases. */
export interface HostStep {
  readonly host: true;
  readonly name: string;
  /** Of the phase that makes what the build runs ({@link PhaseRecipe.forSeed}), in plans that have it. */
  readonly tools?: readonly Package[];
  readonly action: (context: HostContext) => HostAction;
}

export interface HostContext {
  readonly arch: ArchFacts;
  readonly seedArch: ArchFacts;
  readonly seed: string;
  readonly version: string;
  /** Whether the image carries its sources. */
  readonly sources: boolean;
  /** Names of all pins of the plan, in order. */
  readonly pins: readonly string[];
}

/** Whether the system is built on a machine of another architecture. */
export function isCross({ arch, seedArch }: Pick<Place, "arch" | "seedArch">): boolean {
  return arch.name !== seedArch.name;
}

/** Source trees and build folders, the same in every namespace, so that paths in outputs are too. */
export const SOURCE_ROOT = "/workspace/src";
/** How a step's `sources` name this project itself: all of it, or what of it is C. Each is a tree below {@link SOURCE_ROOT}. */
export const OWN_SOURCES = ["bq2", "bq2-native"] as const;
export type OwnSource = (typeof OWN_SOURCES)[number];
export const OWN_SOURCE = `${SOURCE_ROOT}/${OWN_SOURCES[0]}`;
export const OWN_NATIVE_SOURCE = `${SOURCE_ROOT}/${OWN_SOURCES[1]}`;

export function isOwnSource(name: string): name is OwnSource {
  return OWN_SOURCES.some((own) => own === name);
}

export const BUILD_ROOT = "/workspace/build";
export const SYSROOT = "/opt/sysroot";

/** `musl-1.2.5`: how a package's pin and source tree are called. */
export function releaseName(pkg: { readonly name: string; readonly version: string }): string {
  return `${pkg.name}-${pkg.version}`;
}
