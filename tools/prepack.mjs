/** Makes what a packed `bq2` needs in addition to its sources: one fresh bundle, with no older chunks. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { bundler, distFolder } from "./bundle.mjs";

const isOurs = (name) => /^(bq2|chunk-.*)\.js(\.map)?$/.test(name);
for (const name of (existsSync(distFolder) ? readdirSync(distFolder) : []).filter(isOurs))
  rmSync(join(distFolder, name));
rmSync(join(distFolder, "types"), { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [bundler], { stdio: "inherit" });
process.exitCode = status ?? 1;
