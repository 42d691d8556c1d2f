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
  const seed = choice.seed ?? defaultSeedName(platform);
  return makePlan({
    version: VERSION,
    arch: ARCHES[choice.arch ?? platform.host.arch],
    seedArch: ARCHES[choice.seedArch ?? platform.host.arch],
    profile,
    seed,
    epoch: SOURCE_DATE_EPOCH,
    sources: choice.sources ?? true,
    phases: phasesOf(profile, seed),
  });
}
