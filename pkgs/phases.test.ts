import { ARCHES } from "../src/base/arch.ts";
import { canonicalJson } from "../src/base/json.ts";
import { assert, test } from "../src/base/testing.ts";
import type { Plan } from "../src/plan/plan.ts";
import { actionsOf } from "../src/recipe/actions.ts";
import { makePlan } from "../src/recipe/expand.ts";
import { PROFILES, type Profile, phasesOf, SOURCE_DATE_EPOCH } from "./phases.ts";

function planOf(arch: keyof typeof ARCHES, profile: Profile = "minimal"): Plan {
  return makePlan({
    version: "1.2.3",
    arch: ARCHES[arch],
    profile,
    seed: "debian-12",
    epoch: SOURCE_DATE_EPOCH,
    sources: true,
    phases: phasesOf(profile),
  });
}

const PLANS = (["minimal", "efi", "full"] as const).map((profile) => planOf("x86_64", profile));

function stepNames({ phases }: Plan): string[] {
  return phases.map(({ name, steps }) => `${name}: ${steps.map((step) => step.name).join(" ")}`);
}

test("planning twice gives the same bytes", () => {
  assert.equal(PROFILES, ["minimal", "efi"]);
  assert.equal(canonicalJson(planOf("x86_64")), canonicalJson(planOf("x86_64")));
});

test("phases and steps have the names that users know", () => {
  assert.equal(stepNames(planOf("x86_64")), [
    "host-setup: download-sources populate-seed extract-sources stage-source",
    "sysroot-from-seed: cross-tools linux-headers musl zlib bzip2 xz quickjs bq2-runtime efi-runtime",
    "rootfs-from-sysroot: etc linux-headers musl busybox bq2 efi linux",
    "finalize-rootfs: rootfs-tarball",
    "image: disk-image",
  ]);
});

test("the full profile builds its own toolchain, then everything again by it", () => {
  assert.equal(stepNames(planOf("x86_64", "full")), [
    "host-setup: download-sources populate-seed extract-sources stage-source",
    "sysroot-from-seed: binutils gcc linux-headers musl libstdcxx zlib bzip2 xz quickjs bq2-runtime efi-runtime",
    "rootfs-from-sysroot: etc linux-headers musl busybox bq2 efi make",
    "system-from-sysroot: linux-headers musl binutils gcc libstdcxx make m4 bison flex busybox bq2 efi linux",
    "finalize-rootfs: rootfs-tarball",
    "image: disk-image",
  ]);
});

test("every program of the first rootfs is built again within it", () => {
  const { phases } = planOf("x86_64", "full");
  const steps = (name: string) => phases.find((phase) => phase.name === name)?.steps ?? [];
  const again = new Set(steps("system-from-sysroot").map(({ name }) => name));
  const kept = steps("rootfs-from-sysroot").filter(({ name }) => !again.has(name));
  assert.equal(
    kept.map(({ name }) => name),
    ["etc"], // no program: files that are written here
  );
});

test("every need stands before the step that needs it", () => {
  for (const plan of PLANS) {
    const seen = new Set<string>();
    for (const phase of plan.phases) {
      for (const step of phase.steps) {
        for (const need of step.needs)
          assert.ok(seen.has(`${need.phase}/${need.step}`), `${step.name} needs ${need.step}`);
        seen.add(`${phase.name}/${step.name}`);
      }
    }
  }
});

test("every archive is pinned, and comes from a Debian mirror or from npm", () => {
  for (const archive of PLANS.flatMap((plan) => plan.pins.flatMap(({ archives }) => archives))) {
    assert.match(archive.sha256, /^[0-9a-f]{64}$/);
    assert.ok(
      archive.origins.some(({ kind }) => kind === "debian" || kind === "npm"),
      archive.file,
    );
  }
});

test("no word of the machine is in the plan, and jobs only as a placeholder", () => {
  for (const plan of PLANS) {
    const text = canonicalJson(plan);
    for (const word of ["/home", "/tmp/", "BQ2_CACHE"]) assert.ok(!text.includes(word), word);
    const argvs = plan.phases.flatMap((phase) =>
      phase.steps.flatMap((step) =>
        actionsOf(phase, step).flatMap((a) => (a.kind === "run" ? [a.argv] : [])),
      ),
    );
    const makes = argvs.filter(([program]) => program === "make");
    assert.ok(makes.length > 0, "calls of make");
    for (const argv of makes) assert.equal(argv[1], "-j{jobs}");
  }
});

test("the profile efi makes applications for both architectures, and no system", () => {
  const plan = planOf("aarch64", "efi");
  const seed = canonicalJson(plan.phases[0]);
  assert.ok(seed.includes("gcc-x86-64-linux-gnu"));
  assert.equal(
    plan.phases.at(-1)?.steps.map(({ name }) => name),
    ["bq2", "efi", "foreign-efi"],
  );
});

test("a plan of another architecture differs by that architecture only", () => {
  for (const profile of ["minimal", "full"] as const) {
    const [a, b] = [planOf("x86_64", profile), planOf("aarch64", profile)];
    assert.equal(stepNames(a), stepNames(b));
    assert.ok(!canonicalJson(b).includes("x86_64-"), "no x86 triple in an aarch64 plan");
  }
});
