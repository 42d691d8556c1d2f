/** Prints how two builds compare: a line for each package, and an error if one differs. */
import { Bq2Error } from "../../base/error.ts";
import type { Bq2Context } from "../../command-line/context.ts";
import type { StepComparison } from "../../runner/proofs/compare.ts";

/** @throws Bq2Error `not-equal`. */
export function requireEqual(context: Bq2Context, compared: readonly StepComparison[]): void {
  context.process.stdout.write(compared.map(comparisonLine).join(""));
  const unequal = compared.filter(({ difference }) => difference !== undefined);
  if (unequal.length === 0) return;
  throw new Bq2Error(`${unequal.length} of ${compared.length} packages differ`, {
    code: "not-equal",
    hint: "start with the first one: it may be the cause of the others",
  });
}

function comparisonLine({ phase, step, difference }: StepComparison): string {
  return difference === undefined
    ? `equal   ${phase}/${step}\n`
    : `differs ${phase}/${step}  ${difference}\n`;
}
