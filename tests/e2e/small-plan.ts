/**
 * A plan with only quick steps: overrides remove the real plan's packages and add a few small ones. It tests
 * resuming, the store, failures and their reports in seconds.
 */
import { writeFileSync } from "node:fs";
import type { InsideAction } from "../../src/plan/action.ts";
import type { Overrides } from "../../src/plan/overrides.ts";
import type { Plan, Step } from "../../src/plan/plan.ts";
import type { PhaseName } from "../../src/recipe/phase-names.ts";
import { bq2, documents, expectSuccess, type Place, readJson } from "./bq2.ts";

export const SMALL_PHASE: PhaseName = "rootfs-from-sysroot";

/** A step that compiles and installs a program that prints its own name; takes at least `seconds`. */
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

/** The step with its actions changed. */
export function withActions(
  step: Step,
  change: (actions: readonly InsideAction[]) => readonly InsideAction[],
): Step {
  if (step.build.kind !== "actions") throw new Error(`${step.name} is not built from a list of actions`);
  return { ...step, build: { ...step.build, actions: [...change(step.build.actions)] } };
}

/** An action that runs a program in the step's folder. */
export function runIn(step: Step, ...argv: string[]): InsideAction {
  return { kind: "run", argv, cwd: step.workdir, env: {} };
}

/** A step that adds a file to the sysroot, whose parent folder no step makes. */
export function sysrootStep(name: string): Step {
  const path = `/opt/sysroot/share/${name}`;
  return withActions(smallStep(name), () => [{ kind: "write-file", path, mode: "0644", text: `${name}\n` }]);
}

export interface SmallPlan {
  readonly steps: readonly Step[];
  /** Steps of `sysroot-from-seed`. */
  readonly sysroot?: readonly Step[];
  /** `host` by default. */
  readonly seed?: string;
}

/** Writes plan and overrides without sources, with the given steps as the whole rootfs. */
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
      // The rootfs has no bq2 that could write the artifacts.
      "finalize-rootfs": { namespace: "host" },
      image: { namespace: "host" },
    },
  };
  writeFileSync(documents(place, "overrides"), JSON.stringify(overrides));
}

/** Replaces the phase's steps with these. */
function onlySteps(place: Place, phase: PhaseName, steps: readonly Step[]) {
  const { phases } = readJson<Plan>(documents(place, "plan"));
  return {
    remove: (phases.find(({ name }) => name === phase)?.steps ?? []).map(({ name }) => name),
    add: steps.map((step, index) => ({ after: steps[index - 1]?.name ?? null, step })),
  };
}
