import { ARCH_NAMES, ARCHES, type Arch } from "../src/base/arch.ts";
import { canonicalJson } from "../src/base/json.ts";
import { assert, test } from "../src/base/testing.ts";
import { SHARED_JOBS } from "../src/plan/action.ts";
import type { Plan } from "../src/plan/plan.ts";
import { actionsOf } from "../src/recipe/expansions.ts";
import { makePlan } from "../src/recipe/make-plan.ts";
import { PROFILES, type Profile, phasesOf, SOURCE_DATE_EPOCH } from "./phases.ts";

function planOf(
  arch: Arch,
  profile: Profile = "minimal",
  { seed = "debian-12", seedArch = arch }: { readonly seed?: string; readonly seedArch?: Arch } = {},
): Plan {
  return makePlan({
    version: "1.2.3",
    arch: ARCHES[arch],
    seedArch: ARCHES[seedArch],
    profile,
    seed,
    epoch: SOURCE_DATE_EPOCH,
    sources: true,
    phases: phasesOf(profile, seed),
  });
}

/** The rootfs as a build leaves it in its output folder. */
const OWN_ROOTFS = "data/sysroot/output/bq2-rootfs-1.2.3-x86_64.tar.gz";
const PLANS = [
  ...PROFILES.map((profile) => planOf("x86_64", profile)),
  planOf("x86_64", "full", { seed: OWN_ROOTFS }),
];

function stepNames({ phases }: Plan): string[] {
  return phases.map(({ name, steps }) => `${name}: ${steps.map((step) => step.name).join(" ")}`);
}

test("planning twice gives the same bytes", () => {
  assert.equal(canonicalJson(planOf("x86_64")), canonicalJson(planOf("x86_64")));
});

test("phases and steps keep the names that users know", () => {
  assert.equal(stepNames(planOf("x86_64")), [
    "host-setup: download-sources populate-seed extract-sources stage-source",
    "sysroot-from-seed: cross-tools linux-headers musl zlib bzip2 xz quickjs bq2-runtime efi-runtime",
    "rootfs-from-sysroot: etc linux-headers musl busybox bq2 efi linux",
    "finalize-rootfs: rootfs-tarball",
    "image: disk-image",
  ]);
});

test("the full profile builds its own toolchain, and then everything again with it", () => {
  assert.equal(stepNames(planOf("x86_64", "full")), [
    "host-setup: download-sources populate-seed extract-sources stage-source",
    "sysroot-from-seed: binutils gcc linux-headers musl libstdcxx " +
      "zlib bzip2 xz quickjs bq2-runtime efi-runtime",
    "rootfs-from-sysroot: etc linux-headers musl busybox bq2 efi make",
    "system-from-sysroot: linux-headers musl binutils gcc libstdcxx make m4 bison flex busybox bq2 efi linux",
    "finalize-rootfs: rootfs-tarball",
    "image: disk-image",
  ]);
});

test("the compiler of one of our own rootfs is used as it is; sources and system stay the same", () => {
  const [own, foreign] = [planOf("x86_64", "full", { seed: OWN_ROOTFS }), planOf("x86_64", "full")];
  assert.equal(
    stepNames(own)[1],
    "sysroot-from-seed: seed-toolchain linux-headers musl zlib bzip2 xz quickjs bq2-runtime efi-runtime",
  );
  assert.equal(stepNames(own).slice(2), stepNames(foreign).slice(2));
  assert.equal(own.pins, foreign.pins); // the image carries them
  for (const profile of ["minimal", "efi"] as const)
    assert.equal(
      stepNames(planOf("x86_64", profile, { seed: OWN_ROOTFS })),
      stepNames(planOf("x86_64", profile)),
    );
});

test("every program of the first rootfs is built again within that rootfs", () => {
  const { phases } = planOf("x86_64", "full");
  const steps = (name: string) => phases.find((phase) => phase.name === name)?.steps ?? [];
  const again = new Set(steps("system-from-sysroot").map(({ name }) => name));
  const kept = steps("rootfs-from-sysroot").filter(({ name }) => !again.has(name));
  assert.equal(
    kept.map(({ name }) => name),
    ["etc"], // it contains no programs
  );
});

test("every step comes after the steps that it needs", () => {
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

test("every archive is pinned, and available from a Debian mirror or from npm", () => {
  for (const archive of PLANS.flatMap((plan) => plan.pins.flatMap(({ archives }) => archives))) {
    assert.match(archive.sha256, /^[0-9a-f]{64}$/);
    assert.ok(
      archive.origins.some(({ kind }) => kind === "debian" || kind === "npm"),
      archive.file,
    );
  }
});

test("a plan names nothing of the machine, and jobs only as a placeholder", () => {
  for (const plan of PLANS) {
    const text = canonicalJson(plan);
    for (const word of ["/home", "/tmp/", "BQ2_CACHE"]) assert.ok(!text.includes(word), word);
    const argvs = plan.phases.flatMap((phase) =>
      phase.steps.flatMap((step) =>
        actionsOf(phase, step).flatMap((a) => (a.kind === "run" ? [a.argv] : [])),
      ),
    );
    const makes = argvs.filter(([program]) => program === "make");
    assert.ok(makes.length > 0, "a plan calls make");
    for (const argv of makes) assert.equal(argv[1], SHARED_JOBS);
  }
});

test("the profile efi makes applications for all architectures, but no system", () => {
  const plan = planOf("aarch64", "efi");
  const seed = canonicalJson(plan.phases[0]);
  assert.ok(seed.includes("gcc-x86-64-linux-gnu"));
  assert.equal(
    plan.phases.at(-1)?.steps.map(({ name }) => name),
    ["bq2", "efi", "foreign-efi"],
  );
});

test("plans for two architectures differ only by the architecture", () => {
  for (const profile of ["minimal", "full"] as const) {
    const [a, b] = [planOf("x86_64", profile), planOf("aarch64", profile)];
    assert.equal(stepNames(a), stepNames(b));
    assert.ok(!canonicalJson(b).includes("x86_64-"), "no x86 triple in an aarch64 plan");
  }
});

test("everything that is not compiled is the same on every architecture", () => {
  for (const seedArch of ARCH_NAMES) {
    const [a, ...others] = ARCH_NAMES.map((arch) => planOf(arch, "minimal", { seedArch }));
    for (const other of others) {
      assert.equal(a?.pins, other.pins);
      assert.equal(a?.epoch, other.epoch);
      for (const name of ["etc", "bq2"]) assert.equal(stepOf(a, name), stepOf(other, name));
    }
  }
});

/**
 * A step of the new rootfs as text without the architecture. In `bq2` only the name of the runtime depends on
 * it.
 */
function stepOf(plan: Plan | undefined, name: string): string {
  const phase = plan?.phases.find((candidate) => candidate.name === "rootfs-from-sysroot");
  const step = phase?.steps.find((candidate) => candidate.name === name);
  assert.ok(step !== undefined, name);
  return canonicalJson({ ...step, needs: [] }).replaceAll(/(x86_64|aarch64)-bq2-linux-musl/g, "TRIPLE");
}

test("a cross build has its own tools, and runs no program of the new system", () => {
  const plan = planOf("aarch64", "minimal", { seedArch: "x86_64" });
  assert.equal(stepNames(plan), [
    "host-setup: download-sources populate-seed extract-sources stage-source",
    "tools-from-seed: cross-tools linux-headers musl zlib bzip2 xz quickjs bq2-runtime bq2-program",
    "sysroot-from-seed: cross-tools linux-headers musl zlib bzip2 xz quickjs bq2-runtime efi-runtime",
    "rootfs-from-sysroot: etc linux-headers musl busybox bq2 efi linux",
    "finalize-rootfs: rootfs-tarball",
    "image: disk-image",
  ]);
  assert.ok(canonicalJson(plan.phases[0]).includes("gcc-aarch64-linux-gnu"), "the seed has a cross compiler");
  const own = "/opt/sysroot/aarch64-bq2-linux-musl/bin/"; // programs that do not run on the seed's machine
  for (const phase of plan.phases) {
    for (const step of phase.steps) {
      for (const action of actionsOf(phase, step)) {
        if (action.kind === "run") assert.ok(!action.argv[0]?.startsWith(own), action.argv.join(" "));
        if (action.kind === "pack-rootfs" || action.kind === "write-image")
          assert.equal(action.program, "/opt/sysroot/x86_64-bq2-linux-musl/bin/bq2");
      }
    }
  }
  assert.equal(plan.phases.at(-1)?.steps[0]?.needs, [{ phase: "tools-from-seed", step: "bq2-program" }]);
});

test("a system that builds within itself cannot be built on another architecture", () => {
  const error = assert.throws(() => planOf("aarch64", "full", { seedArch: "x86_64" }));
  assert.match(String(error), /Cannot plan full for aarch64 on x86_64: system-from-sysroot runs programs/);
});
