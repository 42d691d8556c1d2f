/** `npm run check:widths`: lists lines wider than the formatter's width, by the rules of `line-widths.ts`. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { LINE_WIDTH, wideLines } from "./line-widths.ts";
import { projectFolder } from "./project-files.ts";

const CHECKED = /\.(ts|mjs|md|c|h|yml)$|^\.ci\/run$/;

const paths = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: projectFolder,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => CHECKED.test(path));

let found = 0;
for (const path of paths) {
  for (const line of wideLines(path, readFileSync(join(projectFolder, path), "utf8"))) {
    found++;
    console.log(`${path}:${line}: wider than ${LINE_WIDTH} columns`);
  }
}
console.log(`${paths.length} files, ${found} lines that are too wide`);
process.exitCode = found === 0 ? 0 : 1;
