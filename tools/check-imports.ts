/** `npm run check:imports`: every import of the project against `import-rules.ts`; ends with 1 on a breach. */
import process from "node:process";
import { checkImports } from "./import-rules.ts";
import { readProject } from "./project-files.ts";

const files = readProject();
const problems = checkImports(files);
for (const problem of problems) console.log(problem);
console.log(`${files.size} files, ${problems.length} imports that are not allowed`);
process.exitCode = problems.length === 0 ? 0 : 1;
