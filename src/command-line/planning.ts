/** The plan that today's code makes: the recipes of `pkgs/`, expanded. */
import { PROFILES, phasesOf, SOURCE_DATE_EPOCH } from "../../pkgs/phases.ts";
import { ARCHES, type Arch } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import type { Plan } from "../plan/plan.ts";
import type { Platform } from "../platform/platform.ts";
import { makePlan } from "../recipe/make-plan.ts";
import { defaultSeedName } from "../seeds/seed.ts";
import { VERSION } from "../version.ts";

export interface PlanChoice {
  readonly arch?: Arch | undefined;
  readonly seedArch?: Arch | undefined;
  readonly profile?: string | undefined;
  readonly seed?: string | undefined;
  readonly sources?: boolean | undefined;
}

/** The architectures and the seed of a plan: by default the host's, and a seed that this host can resolve. */
export function foundationOf(platform: Platform, choice: PlanChoice) {
  const { arch } = platform.host;
  return {
    arch: choice.arch ?? arch,
    seedArch: choice.seedArch ?? arch,
    seed: choice.seed ?? defaultSeedName(platform),
  };
}

/**
 * By default: the host's architecture for the system and the seed, profile `minimal`, a seed that this host
 * can resolve, and an image with sources.
 */
export function planFor(platform: Platform, choice: PlanChoice): Plan {
  const profile = PROFILES.find((name) => name === (choice.profile ?? "minimal"));
  if (profile === undefined) {
    throw new Bq2Error(`Cannot plan profile ${choice.profile}: no such profile`, {
      code: "unknown-profile",
      hint: `profiles: ${PROFILES.join(", ")}; a system file has a path, such as ./system.ts`,
    });
  }
  const { arch, seedArch, seed } = foundationOf(platform, choice);
  return makePlan({
    version: VERSION,
    arch: ARCHES[arch],
    seedArch: ARCHES[seedArch],
    profile,
    seed,
    epoch: SOURCE_DATE_EPOCH,
    sources: choice.sources ?? true,
    phases: phasesOf(profile, seed),
  });
}
