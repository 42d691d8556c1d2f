/** Reads the project's own TypeScript, for the tools that check it. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Path from the project's folder → text of the file. */
export type SourceFiles = ReadonlyMap<string, string>;

export const projectFolder = dirname(dirname(fileURLToPath(import.meta.url)));

/** Every TypeScript file in byte order, except those of packages, build outputs and data. */
export function readProject(): SourceFiles {
  const files = new Map<string, string>();
  const visit = (path: string): void => {
    const full = join(projectFolder, path);
    const status = statSync(full, { throwIfNoEntry: false });
    if (status?.isDirectory()) for (const name of readdirSync(full).sort()) visit(join(path, name));
    else if (status !== undefined && path.endsWith(".ts")) files.set(path, readFileSync(full, "utf8"));
  };
  const topLevel = readdirSync(projectFolder).filter((name) => name.endsWith(".ts"));
  for (const root of [...topLevel, "examples", "pkgs", "src", "tests", "tools"].sort()) visit(root);
  return files;
}
