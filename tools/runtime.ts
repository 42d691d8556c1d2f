/**
 * Builds the runtime, and `bq2` on it, by the plan, in a separate workspace below `dist/`. Outputs in the
 * store are not built again; on a new machine this takes a few minutes and needs the network.
 *
 * `node --import ./tools/register.mjs tools/runtime.ts` prints the paths.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { ARCHES } from "../src/base/arch.ts";
import { parseAs } from "../src/plan/parse.ts";
import { type Plan, PlanSchema, stepId } from "../src/plan/plan.ts";
import { StateSchema } from "../src/plan/state.ts";
import { nodePlatform } from "../src/platform/node/platform.ts";
import { releaseName, SOURCE_ROOT } from "../src/recipe/package.ts";
import type { PhaseName } from "../src/recipe/phase-names.ts";
import { sourceTreeKey } from "../src/runner/context/keys.ts";
import { workspaceAt } from "../src/runner/context/workspace.ts";
import { openStore } from "../src/runner/store/store.ts";
import { projectFolder } from "./project-files.ts";

export interface BuiltRuntime {
  /** Runs JavaScript from files, and TypeScript through `native/bootstrap.mjs`. */
  readonly runtime: string;
  /** The image's program, compiled. */
  readonly bq2: string;
  /** Folder of an unpacked pinned source, by the package's name: `linux`. */
  readonly sources: { readonly [name: string]: string };
}

export const RUNTIME_WORKDIR = join(projectFolder, "dist", "runtime");

/** The phases to build, in the plan's order, and the steps if not all are needed. */
const RUNS: readonly (readonly [phase: PhaseName, ...steps: readonly string[]])[] = [
  ["host-setup"],
  ["sysroot-from-seed"],
  ["rootfs-from-sysroot", "bq2"],
];

/** Writes the build's messages to standard error. */
export function buildRuntime(): BuiltRuntime {
  const platform = nodePlatform();
  const workspace = workspaceAt(platform, RUNTIME_WORKDIR);
  const bq2 = (...args: readonly string[]): void => {
    const options = { stdio: ["ignore", 2, 2] as ["ignore", number, number] };
    execFileSync(join(projectFolder, "bin/bq2"), [...args, "--workdir", RUNTIME_WORKDIR], options);
  };
  rmSync(workspace.state, { force: true }); // it may belong to another plan
  bq2("sysroot-builder");
  for (const [phase, ...steps] of RUNS)
    bq2("sysroot-runner", "--phase", phase, ...steps.flatMap((step) => ["--package", step]));

  const { done } = parseAs(StateSchema, readFileSync(workspace.state, "utf8"), workspace.state, "");
  const plan = parseAs(PlanSchema, readFileSync(workspace.plan, "utf8"), workspace.plan, "");
  const store = openStore(platform, workspace.cache.store, console.warn);
  const file = (phase: PhaseName, step: string, path: string): string =>
    join(store.treeOf(done[stepId(phase, step)]?.output ?? ""), path);
  const treeOf = (pin: Plan["pins"][number]): string =>
    join(workspace.cache.sourceTrees, sourceTreeKey(platform, pin), SOURCE_ROOT, releaseName(pin));
  return {
    runtime: file(
      "sysroot-from-seed",
      "bq2-runtime",
      `opt/sysroot/${ARCHES[plan.arch].triple}/bin/bq2-runtime`,
    ),
    bq2: file("rootfs-from-sysroot", "bq2", "usr/bin/bq2"),
    sources: Object.fromEntries(plan.pins.map((pin) => [pin.name, treeOf(pin)])),
  };
}

if (process.argv[1]?.endsWith("/runtime.ts")) console.log(JSON.stringify(buildRuntime(), undefined, 2));
