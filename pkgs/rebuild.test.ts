import { ARCHES } from "../src/base/arch.ts";
import { assert, test } from "../src/base/testing.ts";
import type { Plan, Step } from "../src/plan/plan.ts";
import { makePlan } from "../src/recipe/make-plan.ts";
import { plannedStep } from "../src/runner/context/planned-step.ts";
import { testContext, testPlatform } from "../src/runner/context/test-context.ts";
import { workOf } from "../src/runner/run/work.ts";
import { type Profile, phasesOf, SOURCE_DATE_EPOCH } from "./phases.ts";

function planOf(profile: Profile): Plan {
  return makePlan({
    version: "1.2.3",
    arch: ARCHES.x86_64,
    seedArch: ARCHES.x86_64,
    profile,
    seed: "debian-12",
    epoch: SOURCE_DATE_EPOCH,
    sources: true,
    phases: phasesOf(profile, "debian-12"),
  });
}

const OWN_DIGESTS = { bq2: "0".repeat(64), "bq2-native": "1".repeat(64) };

/**
 * The key of every step after host-setup. A key stands for the step's output, so a new key means a new
 * output.
 */
function keysOf(plan: Plan, ownSource = OWN_DIGESTS): Map<string, string> {
  const context = testContext(testPlatform(), plan);
  context.update({ seedDigest: "5".repeat(64), staged: ownSource });
  const keys = new Map<string, string>();
  for (const phase of plan.phases.slice(1)) {
    for (const step of phase.steps) {
      const planned = plannedStep(phase, step);
      const { id } = planned;
      const { key } = workOf(context, planned);
      keys.set(id, key);
      context.update({ done: { ...context.state().done, [id]: { key, output: key, seconds: 1 } } });
    }
  }
  return keys;
}

/** The steps that are built again after `change` to every step of that name. */
function rebuilt(profile: Profile, name: string, change: (step: Step) => Step): string[] {
  const plan = planOf(profile);
  const phases = plan.phases.map((phase) => ({
    ...phase,
    steps: phase.steps.map((step) => (step.name === name ? change(step) : step)),
  }));
  const before = keysOf(plan);
  return [...keysOf({ ...plan, phases })].filter(([id, key]) => before.get(id) !== key).map(([id]) => id);
}

test("a changed kernel option rebuilds only the kernel and the artifacts that contain it", () => {
  const withOption = (step: Step): Step => {
    if (step.build.kind !== "kbuild") throw new RangeError(`${step.name} is not built by kbuild`);
    const options = [...step.build.options, { option: "CONFIG_EXAMPLE", value: "y" }];
    return { ...step, build: { ...step.build, options } };
  };
  const outputs = ["finalize-rootfs/rootfs-tarball", "image/disk-image"];
  assert.equal(rebuilt("minimal", "linux", withOption), ["rootfs-from-sysroot/linux", ...outputs]);
  assert.equal(rebuilt("full", "linux", withOption), ["system-from-sysroot/linux", ...outputs]);
});

test("a changed library rebuilds what is linked with it, but not the compiler or the kernel", () => {
  const withFlag = (step: Step): Step => ({ ...step, env: { ...step.env, EXAMPLE: "1" } });
  const changed = rebuilt("minimal", "zlib", withFlag);
  assert.ok(changed.includes("sysroot-from-seed/bq2-runtime") && changed.includes("rootfs-from-sysroot/bq2"));
  for (const kept of ["sysroot-from-seed/musl", "rootfs-from-sysroot/busybox", "rootfs-from-sysroot/linux"])
    assert.ok(!changed.includes(kept), kept);
});

test("a change of this project's TypeScript compiles no C code again", () => {
  const plan = planOf("minimal");
  const before = keysOf(plan);
  const after = keysOf(plan, { ...OWN_DIGESTS, bq2: "2".repeat(64) });
  assert.equal(
    [...after].filter(([id, key]) => before.get(id) !== key).map(([id]) => id),
    [
      "rootfs-from-sysroot/bq2",
      "rootfs-from-sysroot/efi",
      "finalize-rootfs/rootfs-tarball",
      "image/disk-image",
    ],
  );
});
