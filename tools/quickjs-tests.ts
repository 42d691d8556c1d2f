/**
 * Compiles all tests that need only an engine into one program for QuickJS. Run it without arguments, on this
 * machine or in an image: it names failed tests, ends with `N passed, N failed`, and has exit code 1 if a
 * test failed.
 *
 * `node --import ./tools/register.mjs tools/quickjs-tests.ts` builds the program and prints its path.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { build } from "esbuild";
import { isSharedTest } from "./import-rules.ts";
import { projectFolder, readProject } from "./project-files.ts";
import { buildRuntime } from "./runtime.ts";

const FOLDER = join(projectFolder, "dist", "quickjs");
const PACKAGES = join(FOLDER, "packages");

/** npm packages that the tests and the code under test import unchanged. */
const PLAIN_PACKAGES = ["@stricli/core", "ts-blank-space", "typescript", "valibot"];
/** Packages of many modules whose imports only Node can resolve: bundled into one module. */
const BUNDLED_PACKAGES = ["fast-check"];
/**
 * fast-check stores the timers when it is loaded. It needs them for time limits, which our tests do not set.
 */
const BANNER = { js: "const setTimeout = undefined, clearTimeout = undefined;" };

/** Programs that tests start as child processes: the same executable, with the program as first argument. */
const CHILD_PROGRAMS = ["tests/quickjs/fuzz.ts", "tests/quickjs/descriptor-limit.ts"];

/**
 * Writes the program and returns its path. `runtime` compiles it, and the program is appended to it, or to
 * the executable that `place` names.
 */
export async function buildQuickjsTests(
  runtime: string,
  place = { executable: runtime, output: join(FOLDER, "tests") },
): Promise<string> {
  rmSync(FOLDER, { recursive: true, force: true });
  await preparePackages();
  writeFileSync(join(FOLDER, "all.ts"), entryModule([...readProject().keys()].filter(isSharedTest)));
  const where = [
    "--project",
    ".",
    "--packages",
    PACKAGES,
    "--runtime",
    place.executable,
    "--output",
    place.output,
  ];
  const entries = ["dist/quickjs/all.ts", ...BUNDLED_PACKAGES];
  execFileSync(
    runtime,
    [
      ...["native/bootstrap.mjs", "src/main-quickjs.ts", "program", ...where],
      ...entries.flatMap((entry) => ["--entry", entry]),
    ],
    { cwd: projectFolder, env: { ...process.env, NODE_PATH: PACKAGES }, stdio: ["ignore", 2, 2] },
  );
  return place.output;
}

async function preparePackages(): Promise<void> {
  for (const name of PLAIN_PACKAGES) {
    mkdirSync(dirname(join(PACKAGES, name)), { recursive: true });
    symlinkSync(join(projectFolder, "node_modules", name), join(PACKAGES, name));
  }
  for (const name of BUNDLED_PACKAGES) {
    const folder = join(PACKAGES, name);
    const outfile = join(folder, "index.js");
    const options = { bundle: true, format: "esm", banner: BANNER, absWorkingDir: projectFolder } as const;
    await build({ ...options, entryPoints: [name], outfile });
    writeFileSync(join(folder, "package.json"), JSON.stringify({ exports: "./index.js" }));
  }
}

/** An entry that names the modules in string literals, so that the compiler can follow them. */
function entryModule(tests: readonly string[]): string {
  const table = (paths: readonly string[]): string =>
    paths.map((path) => `  ["${path}", () => import("../../${path}")],`).join("\n");
  return `import { runProgram } from "../../tests/quickjs/runner.ts";
await runProgram([
${table(tests)}
], [
${table(CHILD_PROGRAMS)}
]);
`;
}

if (process.argv[1]?.endsWith("/quickjs-tests.ts"))
  console.log(await buildQuickjsTests(buildRuntime().runtime));
