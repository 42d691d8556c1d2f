import { dirname, join } from "node:path/posix";
import { expect, test } from "vitest";
import { HIDDEN_COMMANDS } from "../src/base/hidden-commands.ts";
import { readText } from "../src/platform/files.ts";
import { nodePlatform } from "../src/platform/node/platform.ts";

const { files } = nodePlatform();
const PROJECT = dirname(import.meta.dirname);

/** The files that loading a file also loads: through its imports, except those of types and `import()`. */
function loadedWith(path: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(path)) return loaded;
  loaded.add(path);
  const text = readText(files, join(PROJECT, path));
  for (const [, specifier = ""] of text.matchAll(
    /^(?:import|export) (?!type )(?:[^;"=]* from )?"([^"]+)";/gm,
  )) {
    if (specifier.startsWith(".")) loadedWith(join(dirname(path), specifier), loaded);
    else loaded.add(specifier);
  }
  return loaded;
}

test("starting the program loads no command, no runner and no package", () => {
  const loaded = [...loadedWith("bq2.ts")];
  expect(loaded).toContain("src/base/hidden-commands.ts");
  expect(loaded.filter((path) => !/^(bq2\.ts$|src\/(base|platform)\/)/.test(path))).toEqual([]);
});

/** The modules of the steps' inner halves, and what each must not load. */
const INSIDE = [
  ["src/runner/step/enter.ts", /executors|src\/patch|src\/recipe|store|stricli|command/],
  ["src/runner/step/inside.ts", /src\/seeds|src\/image|store|stricli|src\/command/],
  ["src/linux/namespace-inside.ts", /runner|plan|valibot|stricli|src\/command/],
] as const;

test.each(INSIDE)("%s loads only what it needs", (path, unneeded) => {
  expect([...loadedWith(path)].filter((name) => unneeded.test(name) && !name.includes("hidden"))).toEqual([]);
});

test("a hidden command's name is written once", () => {
  const sources = ["bq2.ts", ...["run", "step", "artifacts", "proofs"].flatMap(sourcesOf)];
  for (const name of Object.values(HIDDEN_COMMANDS)) {
    const quoted = sources.filter((path) => readText(files, join(PROJECT, path)).includes(`"${name}"`));
    expect(quoted).toEqual([]);
  }
});

function sourcesOf(folder: string): string[] {
  return files.list(join(PROJECT, "src/runner", folder)).map((name) => `src/runner/${folder}/${name}`);
}
