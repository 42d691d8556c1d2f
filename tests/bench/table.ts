/** The measured tables of docs/benchmarks.md, with the machine they were measured on. */
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

/** A measurement with a fixed aim. */
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

/** The part of docs/benchmarks.md that `npm run bench` writes. */
export function measuredTables(
  comparisons: readonly Comparison[],
  figures: readonly Figure[],
  pairs: number,
): string {
  const comparisonTable = [
    tableLine(TITLES),
    tableLine(TITLES.map(() => "---")),
    ...comparisons.map(comparisonRow),
  ];
  return `Each line compares ${pairs} pairs. Machine: ${machine()}. Node ${process.versions.node}.

${comparisonTable.join("\n")}
${figures.length === 0 ? "" : `\n${figureTable(figures)}\n`}`;
}

const START = "<!-- measured: written by npm run bench -->\n";
const END = "<!-- measured: end -->\n";

/** Replaces the tables between the document's two marks; leaves the text around them alone. */
export function withMeasured(document: string, tables: string): string {
  const [start, end] = [document.indexOf(START), document.indexOf(END)];
  if (start < 0 || end < start)
    throw new Error(`the document lacks the lines ${START.trim()} and ${END.trim()}`);
  return `${document.slice(0, start + START.length)}\n${tables}\n${document.slice(end)}`;
}

function machine(): string {
  const cores = cpus();
  return `${cores[0]?.model.trim() ?? "unknown processor"}, ${cores.length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`;
}
