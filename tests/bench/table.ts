/** docs/benchmarks.md: what was measured, on what, as Markdown. */
import { cpus, totalmem } from "node:os";
import process from "node:process";
import { type Comparison, meetsAims, ratiosOf, spreadOf } from "./compare.ts";

const TITLES = [
  ...["work", "against", "ours", "theirs", "ratio (range)", "aim", "our peak", "their peak", "aim", "met"],
];

export function comparisonRow(comparison: Comparison): string {
  const { row, ours, theirs } = comparison;
  const seconds = (costs: Comparison["ours"]): string =>
    `${spreadOf(costs.map((cost) => cost.wallSeconds)).median.toFixed(2)} s`;
  const peak = (costs: Comparison["ours"]): string =>
    `${Math.round(Math.max(...costs.map((cost) => cost.peakMiB)))} MiB`;
  const ratio = spreadOf(ratiosOf(comparison));
  return tableLine([
    row.name,
    row.against,
    seconds(ours),
    seconds(theirs),
    `**${ratio.median.toFixed(2)}** (${ratio.least.toFixed(2)} to ${ratio.most.toFixed(2)})`,
    `≤ ${row.maxRatio.toFixed(1)}`,
    peak(ours),
    peak(theirs),
    row.maxPeakMiB === undefined ? "–" : `≤ ${row.maxPeakMiB} MiB`,
    meetsAims(comparison) ? "yes" : "no",
  ]);
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** What is held against a fixed aim. */
export interface Figure {
  readonly work: string;
  readonly found: string;
  readonly aim: string;
  readonly met: boolean;
}

function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ work, found, aim, met }) => [work, found, aim, met ? "yes" : "no"]);
  const titles = ["work", "found", "aim", "met"];
  return [titles, titles.map(() => "---"), ...rows].map(tableLine).join("\n");
}

export function benchmarkPage(
  comparisons: readonly Comparison[],
  figures: readonly Figure[],
  pairs: number,
): string {
  return `# Benchmarks

Written by \`npm run bench\`. Each line compares ${pairs} pairs, ours and theirs in turn, after one pair that does not
count. Times are medians of wall seconds; a ratio is ours to theirs within a pair; a peak is the largest resident
set of any one process. Outputs go to the same disk, which is synced before each measurement;
raw images are flushed to it on both sides, since ours get their name only then.

Machine: ${machine()}. Node ${process.versions.node}.

${[tableLine(TITLES), tableLine(TITLES.map(() => "---")), ...comparisons.map(comparisonRow)].join("\n")}
${figures.length === 0 ? "" : `\n${figureTable(figures)}\n`}`;
}

function machine(): string {
  const cores = cpus();
  return `${cores[0]?.model.trim() ?? "unknown processor"}, ${cores.length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`;
}
