/**
 * A plan whose every step takes a moment: the packages of the real one taken out by overrides, a few
 * of ours put in. Resume, store, reports and failures are tried on it in seconds.
 */
import { writeFileSync } from "node:fs";
import type { InsideAction } from "../../src/plan/action.ts";
import type { Overrides } from "../../src/plan/overrides.ts";
import type { Plan, Step } from "../../src/plan/plan.ts";
import type { PhaseName } from "../../src/recipe/phase-names.ts";
import { bq2, documents, expectSuccess, type Place, readJson } from "./bq2.ts";

export const SMALL_PHASE: PhaseName = "rootfs-from-sysroot";

/** Compiles a program that says its own name, after `seconds`, and installs it. */
export function smallStep(name: string, needs: readonly string[] = [], seconds = 0.1): Step {
  const destdir = "/bq2-rootfs";
  const workdir = `/workspace/build/${name}`;
  const run = (...argv: string[]) => ({ kind: "run" as const, argv, cwd: workdir, env: {} });
  return {
    name,
    version: "1",
    sources: [],
    patches: [],
    needs: needs.map((step) => ({ phase: SMALL_PHASE, step })),
    env: {},
    prefix: "/usr",
    workdir,
    owners: {},
    build: {
      kind: "actions",
      why: "a test",
      actions: [
        { kind: "make-folder", path: workdir, mode: "0755" },
        { kind: "make-folder", path: `${destdir}/usr/bin`, mode: "0755" },
        {
          kind: "write-file",
          path: `${workdir}/x.c`,
          mode: "0644",
          text: `#include <stdio.h>\nint main(void) { puts("${name}"); }\n`,
        },
        run("gcc", "-static", "-o", `${destdir}/usr/bin/${name}`, "x.c"),
        run("sleep", String(seconds)),
      ],
    },
  };
}

/** The step with other actions, made from those that it has. */
export function withActions(
  step: Step,
  change: (actions: readonly InsideAction[]) => readonly InsideAction[],
): Step {
  if (step.build.kind !== "actions") throw new Error(`${step.name} is not built by a list of actions`);
  return { ...step, build: { ...step.build, actions: [...change(step.build.actions)] } };
}

/** Runs a program in the step's folder. */
export function runIn(step: Step, ...argv: string[]): InsideAction {
  return { kind: "run", argv, cwd: step.workdir, env: {} };
}

/** Puts a file into the sysroot, which lies below a folder that no step makes itself. */
export function sysrootStep(name: string): Step {
  const path = `/opt/sysroot/share/${name}`;
  return withActions(smallStep(name), () => [{ kind: "write-file", path, mode: "0644", text: `${name}\n` }]);
}

export interface SmallPlan {
  readonly steps: readonly Step[];
  /** Steps of `sysroot-from-seed`. */
  readonly sysroot?: readonly Step[];
  /** `host` unless told. */
  readonly seed?: string;
}

/** Writes plan and overrides: no sources, the given steps as the whole rootfs. */
export async function writeSmallPlan(
  place: Place,
  { steps, sysroot = [], seed = "host" }: SmallPlan,
): Promise<void> {
  expectSuccess(await bq2(place, "sysroot-builder", "--seed", seed));
  const noPins = { build: { action: { pins: [] } } };
  const overrides: Overrides = {
    format: "bq2-overrides/1",
    phases: {
      "host-setup": { steps: { "download-sources": noPins, "extract-sources": noPins } },
      "sysroot-from-seed": onlySteps(place, "sysroot-from-seed", sysroot),
      [SMALL_PHASE]: onlySteps(place, SMALL_PHASE, steps),
      // Such a rootfs has no program of its own that could write them.
      "finalize-rootfs": { namespace: "host" },
      image: { namespace: "host" },
    },
  };
  writeFileSync(documents(place, "overrides"), JSON.stringify(overrides));
}

/** Takes the phase's own steps out, and these in. */
function onlySteps(place: Place, phase: PhaseName, steps: readonly Step[]) {
  const { phases } = readJson<Plan>(documents(place, "plan"));
  return {
    remove: (phases.find(({ name }) => name === phase)?.steps ?? []).map(({ name }) => name),
    add: steps.map((step, index) => ({ after: steps[index - 1]?.name ?? null, step })),
  };
}
