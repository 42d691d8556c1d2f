/**
 * `node --import ./tools/register.mjs tools/sanitized-runtime.ts`: compiles the runtime from the same sources
 * as the plan, but with this machine's gcc and its sanitizers, and appends the program of all shared tests.
 * Prints its path: run it to find undefined behaviour in the C code.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseAs } from "../src/plan/parse.ts";
import { PlanSchema, type Step } from "../src/plan/plan.ts";
import { nodePlatform } from "../src/platform/node/platform.ts";
import { isOwnSource, SOURCE_ROOT } from "../src/recipe/package.ts";
import type { PhaseName } from "../src/recipe/phase-names.ts";
import { workspaceAt } from "../src/runner/context/workspace.ts";
import { projectFolder } from "./project-files.ts";
import { buildQuickjsTests } from "./quickjs-tests.ts";
import { buildRuntime, RUNTIME_WORKDIR } from "./runtime.ts";

const FOLDER = join(projectFolder, "dist", "sanitized");
const INCLUDE = join(FOLDER, "include");

const SANITIZE = ["-g", "-O1", "-fno-omit-frame-pointer", "-fsanitize=address,undefined"];
/** QuickJS is compiled with a flag that defines signed overflow, but gcc 12 reports it nevertheless. */
const ALLOWED = ["-fno-sanitize=shift,signed-integer-overflow"];

/** Left out, because it would replace the sanitizers' checking allocator. */
const OWN_MEMORY = "native/memory.c";

/** Compiles one step of the kind `compile-list`; returns its objects. */
function compile(step: Step, source: string): string[] {
  if (step.build.kind !== "compile-list") return [];
  const { flags, sources, headers } = step.build;
  const inside = `${SOURCE_ROOT}/${step.sources[0] ?? ""}`;
  for (const { from, to } of headers) {
    const target = join(INCLUDE, to.slice(to.lastIndexOf("/include/") + "/include/".length));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(source, from), target);
  }
  const own = flags.filter((flag) => !/^-O\d$/.test(flag)).map((flag) => flag.replace(inside, source));
  return sources
    .filter((path) => path !== OWN_MEMORY)
    .map((path) => {
      const object = join(FOLDER, `${step.name}-${path.replaceAll("/", "-")}.o`);
      const argv = [...SANITIZE, ...ALLOWED, ...own, `-I${INCLUDE}`, "-c", path, "-o", object];
      execFileSync("gcc", argv, { cwd: source, stdio: ["ignore", 2, 2] });
      return object;
    });
}

const built = buildRuntime();
const { plan } = workspaceAt(nodePlatform(), RUNTIME_WORKDIR);
const steps = parseAs(PlanSchema, readFileSync(plan, "utf8"), plan, "").phases.find(
  (phase) => phase.name === ("sysroot-from-seed" satisfies PhaseName),
)?.steps;
rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(INCLUDE, { recursive: true });
const objects = (steps ?? []).flatMap((step) => {
  const isOwn = isOwnSource(step.sources[0] ?? "");
  return compile(step, isOwn ? projectFolder : (built.sources[step.name] ?? ""));
});
const runtime = join(FOLDER, "bq2-runtime");
execFileSync("gcc", [...SANITIZE, ...objects, "-lm", "-o", runtime], { stdio: ["ignore", 2, 2] });
console.log(await buildQuickjsTests(built.runtime, { executable: runtime, output: join(FOLDER, "tests") }));
