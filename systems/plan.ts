/** From the default export of a system file to its plan, as canonical JSON. Runs in the file's realm. */
import { SOURCE_DATE_EPOCH } from "../pkgs/phases.ts";
import { systemPhases } from "../pkgs/system/phases.ts";
import { ARCHES, type Arch } from "../src/base/arch.ts";
import { Bq2Error } from "../src/base/error.ts";
import { canonicalJson } from "../src/base/json.ts";
import type { PlannedSystem } from "../src/plan/plan.ts";
import { makePlan } from "../src/recipe/make-plan.ts";
import type { Package } from "../src/recipe/package.ts";
import { isSystem } from "../src/system/constructors.ts";
import type { System } from "../src/system/system.ts";
import { VERSION } from "../src/version.ts";

export interface SystemPlanRequest {
  readonly arch: Arch;
  readonly seedArch: Arch;
  readonly seed: string;
}

/** A {@link PlannedSystem} as text. Throws Bq2Error `bad-system` if the value is not a system. */
export function planSystem(value: unknown, request: SystemPlanRequest): string {
  if (!isSystem(value)) {
    throw new Bq2Error("Cannot use the system file: its default export is not a system", {
      code: "bad-system",
      hint: 'write `export default system({ … })`, with system from "bq2/system"',
    });
  }
  const wanted = value as System<Package>;
  const plan = makePlan({
    version: VERSION,
    arch: ARCHES[request.arch],
    seedArch: ARCHES[request.seedArch],
    profile: wanted.name,
    seed: request.seed,
    epoch: SOURCE_DATE_EPOCH,
    sources: false,
    phases: systemPhases(wanted),
  });
  const result: PlannedSystem = { plan, system: shown(wanted) };
  return canonicalJson(result);
}

/** Packages by name, because a recipe is code. */
function shown(system: System<Package>): unknown {
  return { ...system, packages: system.packages.map(({ name }) => name) };
}
