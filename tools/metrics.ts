/** `npm run metrics`: readability figures (`measure.ts`) by folder, without tests but with data tables. */
import { type FileFigures, measureFile } from "./measure.ts";
import { readProject } from "./project-files.ts";

/** The value that `share` (0 to 1) of the sorted values do not exceed; 0 if there are no values. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

function spread(values: readonly number[]): string {
  return [quantile(values, 0.5), quantile(values, 0.9), quantile(values, 1)]
    .map((n) => String(n).padStart(4))
    .join(" ");
}

/** `src/formats/ext4/inode.ts` → `src/formats`, `bq2.ts` → `.`. */
function folderOf(path: string): string {
  const names = path.split("/").slice(0, -1);
  return names.slice(0, names[0] === "src" ? 2 : 1).join("/") || ".";
}

function row(name: string, files: readonly FileFigures[]): string {
  const functions = files.flatMap((file) => file.functions);
  const weight = files.reduce((sum, file) => sum + file.weight, 0);
  const comments = files.reduce((sum, file) => sum + file.commentShare * file.weight, 0);
  return [
    name.padEnd(14),
    String(files.length).padStart(5),
    String(files.reduce((sum, file) => sum + file.lines, 0)).padStart(7),
    `  ${spread(files.map((file) => file.lines))}`,
    String(functions.length).padStart(9),
    `  ${spread(functions.map((f) => f.lines))}`,
    `  ${spread(functions.map((f) => f.complexity))}`,
    `${Math.round((100 * comments) / Math.max(weight, 1))} %`.padStart(9),
    `${files.reduce((sum, f) => sum + f.undocumented.length, 0)} of ${files.reduce((sum, f) => sum + f.exports, 0)}`.padStart(
      13,
    ),
  ].join(" ");
}

function top<T>(
  title: string,
  items: readonly T[],
  value: (item: T) => number,
  text: (item: T) => string,
): string {
  const chosen = [...items].sort((a, b) => value(b) - value(a)).slice(0, 10);
  return [`\n${title}`, ...chosen.map((item) => `${String(value(item)).padStart(5)}  ${text(item)}`)].join(
    "\n",
  );
}

/** The whole report as text. */
function report(files: readonly FileFigures[]): string {
  const functions = files.flatMap((file) => file.functions);
  const folders = [...new Set(files.map((file) => folderOf(file.path)))];
  return [
    "                             file lines              function lines  complexity",
    "folder         files   lines   half 90 %  max functions   half 90 %  max   half 90 %  max  comments  undocumented",
    ...folders.map((name) =>
      row(
        name,
        files.filter((file) => folderOf(file.path) === name),
      ),
    ),
    row("all", files),
    top(
      "Longest files",
      files,
      (file) => file.lines,
      (file) => file.path,
    ),
    top(
      "Longest functions",
      functions,
      (f) => f.lines,
      (f) => f.where,
    ),
    top(
      "Most complex functions",
      functions,
      (f) => f.complexity,
      (f) => f.where,
    ),
  ].join("\n");
}

const product = [...readProject()].filter(([path]) => !/\.test\.ts$|^tests\//.test(path));
console.log(report(product.map(([path, text]) => measureFile(path, text))));
