/**
 * A plan whose every step takes a moment: the packages of the real one taken out by overrides, a few
 * of ours put in. Resume, store, reports and failures are tried on it in seconds.
 */
import { writeFileSync } from "node:fs";
import type { Overrides } from "../../src/plan/overrides.ts";
import type { Plan, Step } from "../../src/plan/plan.ts";
import { bq2, documents, expectSuccess, type Place, readJson } from "./bq2.ts";

const PHASE = "rootfs-from-sysroot";

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
    needs: needs.map((step) => ({ phase: PHASE, step })),
    env: {},
    prefix: "/usr",
    workdir,
    owners: {},
    build: {
      kind: "steps",
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

/** Puts a file into the sysroot, which lies below a folder that no step makes itself. */
export function sysrootStep(name: string): Step {
  const step = smallStep(name);
  const path = `/opt/sysroot/share/${name}`;
  const write = { kind: "write-file" as const, path, mode: "0644", text: `${name}\n` };
  return { ...step, build: { kind: "steps", why: "a test", actions: [write] } };
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
      "sysroot-from-seed": inPlaceOf(stepNames(place, "sysroot-from-seed"), sysroot),
      [PHASE]: inPlaceOf(stepNames(place, PHASE), steps),
      // Such a rootfs has no program of its own that could write them.
      "finalize-rootfs": { namespace: "host" },
      image: { namespace: "host" },
    },
  };
  writeFileSync(documents(place, "overrides"), JSON.stringify(overrides));
}

function inPlaceOf(remove: string[], steps: readonly Step[]) {
  return { remove, add: steps.map((step, index) => ({ after: steps[index - 1]?.name ?? null, step })) };
}

function stepNames(place: Place, phase: string): string[] {
  const { phases } = readJson<Plan>(documents(place, "plan"));
  return (phases.find(({ name }) => name === phase)?.steps ?? []).map(({ name }) => name);
}

export const SMALL_PHASE = PHASE;
