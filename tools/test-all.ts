/**
 * `npm test`: runs the checks of `npm run ok`, then every suite. After a failed suite the later ones still
 * run; after a failed check none does, since tests of code that does not compile are meaningless.
 */
import { spawnSync } from "node:child_process";
import process from "node:process";
import { projectFolder } from "./project-files.ts";

const SUITES = ["test:oracle", "test:quickjs", "test:e2e", "test:vm"];

function succeeds(script: string): boolean {
  return spawnSync("npm", ["run", script], { cwd: projectFolder, stdio: "inherit" }).status === 0;
}

const failed = succeeds("ok") ? SUITES.filter((suite) => !succeeds(suite)) : ["ok"];
if (failed.length > 0) console.error(`Failed: ${failed.map((script) => `npm run ${script}`).join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;
