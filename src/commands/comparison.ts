/** How two builds compare, for people: a line a package, and an error where one came out otherwise. */
import { Bq2Error } from "../base/error.ts";
import type { StepComparison } from "../runner/proofs/compare.ts";
import type { Bq2Context } from "./context.ts";

/** @throws Bq2Error `not-equal`. */
export function requireEqual(context: Bq2Context, compared: readonly StepComparison[]): void {
  context.process.stdout.write(compared.map(comparisonLine).join(""));
  const unequal = compared.filter(({ difference }) => difference !== undefined);
  if (unequal.length === 0) return;
  throw new Bq2Error(`${unequal.length} of ${compared.length} packages came out otherwise`, {
    code: "not-equal",
    hint: "look at the first of them: the others may follow from it",
  });
}

/** `follows`: it was made from unequal inputs, so that its difference need not be its own. */
function comparisonLine({ phase, step, difference }: StepComparison): string {
  return difference === undefined
    ? `equal   ${phase}/${step}\n`
    : `differs ${phase}/${step}  ${difference}\n`;
}
