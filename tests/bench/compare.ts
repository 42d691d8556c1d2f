/**
 * Paired comparison: ours, theirs, ours, theirs… in one run, so that other load on the machine affects both
 * alike. The result is the ratio within each pair; the first pair fills the caches and does not count.
 */
import { mkdirSync, rmSync } from "node:fs";
import { type Cost, measure, run } from "./measure.ts";
import type { Row } from "./rows.ts";

export interface Comparison {
  readonly row: Row;
  readonly ours: readonly Cost[];
  readonly theirs: readonly Cost[];
}

export interface CompareOptions {
  readonly pairs: number;
  /** Emptied before each measurement. */
  readonly outputFolder: string;
  readonly onPair: (pair: number, ours: Cost, theirs: Cost) => void;
}

export async function compare(row: Row, options: CompareOptions): Promise<Comparison> {
  for (const argv of row.setup) await run(argv);
  const ours: Cost[] = [];
  const theirs: Cost[] = [];
  for (let pair = 0; pair <= options.pairs; pair++) {
    const costs = [await measureFresh(row.ours, options), await measureFresh(row.theirs, options)] as const;
    options.onPair(pair, ...costs);
    if (pair === 0) continue;
    ours.push(costs[0]);
    theirs.push(costs[1]);
  }
  rmSync(options.outputFolder, { recursive: true, force: true });
  return { row, ours, theirs };
}

async function measureFresh(
  commands: readonly (readonly string[])[],
  options: CompareOptions,
): Promise<Cost> {
  rmSync(options.outputFolder, { recursive: true, force: true });
  mkdirSync(options.outputFolder, { recursive: true });
  await run(["sync"]); // writes of the last run must not slow this one
  return measure(commands);
}

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    least: at(0),
    most: at(sorted.length - 1),
  };
}

/** Our wall time as a multiple of theirs, pair by pair. */
export function ratiosOf({ ours, theirs }: Comparison): number[] {
  return ours.map((cost, pair) => cost.wallSeconds / (theirs[pair]?.wallSeconds ?? Number.NaN));
}

export function meetsAims(comparison: Comparison): boolean {
  const { maxRatio, maxPeakMiB = Number.POSITIVE_INFINITY } = comparison.row;
  const peak = Math.max(...comparison.ours.map((cost) => cost.peakMiB));
  return spreadOf(ratiosOf(comparison)).median <= maxRatio && peak <= maxPeakMiB;
}
