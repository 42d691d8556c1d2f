/** `npm run check:imports`: checks all imports against `import-rules.ts`, and for cycles. */
import process from "node:process";
import { importCycles } from "./import-cycles.ts";
import { checkImports } from "./import-rules.ts";
import { readProject } from "./project-files.ts";

const files = readProject();
const problems = [...checkImports(files), ...importCycles(files)];
for (const problem of problems) console.log(problem);
console.log(`${files.size} files, ${problems.length} problems with imports`);
process.exitCode = problems.length === 0 ? 0 : 1;
