import { ARCHES } from "../../src/base/arch.ts";
import { assert, test } from "../../src/base/testing.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { makePlan } from "../../src/recipe/make-plan.ts";
import type { Package } from "../../src/recipe/package.ts";
import { file, folder, link, type SystemOptions, system, user } from "../../src/system/constructors.ts";
import { crossTools } from "../cross-tools/package.ts";
import { m4 } from "../m4/package.ts";
import { SOURCE_DATE_EPOCH } from "../phases.ts";
import { systemPhases } from "./phases.ts";

function planOf(options: Partial<SystemOptions<Package>>): Plan {
  return makePlan({
    version: "1.2.3",
    arch: ARCHES.x86_64,
    seedArch: ARCHES.x86_64,
    profile: "notes",
    seed: "debian-12",
    epoch: SOURCE_DATE_EPOCH,
    sources: false,
    phases: systemPhases(system({ name: "notes", ...options })),
  });
}

function stepsOf(plan: Plan, phase: string): string[] {
  return plan.phases.find(({ name }) => name === phase)?.steps.map(({ name }) => name) ?? [];
}

function stepOf(plan: Plan, name: string) {
  return plan.phases.flatMap(({ steps }) => steps).find((step) => step.name === name);
}

test("a bare system has what every system has, and artifacts of its name", () => {
  const plan = planOf({});
  assert.equal(stepsOf(plan, "rootfs-from-sysroot"), ["etc", "busybox", "bq2", "efi", "linux"]);
  assert.equal(stepsOf(plan, "host-setup").includes("stage-folders"), false);
  const image = stepOf(plan, "disk-image")?.build;
  assert.ok(image?.kind === "coordinator" && image.action.kind === "write-image");
  assert.equal(image.action.file, "notes-x86_64");
  assert.equal(image.action.sources, null);
});

test("files, folders and homes become one step, with owners by id", () => {
  const plan = planOf({
    files: [
      folder("/srv/app", "./app/"),
      file("/srv/app/x", "1", { user: "web", mode: 0o600 }),
      link("/a", "b"),
    ],
    users: [user("web", { home: "/var/lib/web", sshKeys: ["ssh-ed25519 AAAA"] })],
  });
  assert.equal(stepsOf(plan, "host-setup").at(-1), "stage-folders");
  const staged = stepOf(plan, "stage-folders")?.build;
  assert.ok(staged?.kind === "coordinator" && staged.action.kind === "stage-folders");
  assert.equal(staged.action.folders, [{ name: "folder.0", from: "app" }]);
  const step = stepOf(plan, "system");
  assert.equal(step?.sources, ["folder.0"]);
  assert.equal(step?.owners, {
    "var/lib/web": { uid: 1000, gid: 1000 },
    "var/lib/web/.ssh": { uid: 1000, gid: 1000 },
    "var/lib/web/.ssh/authorized_keys": { uid: 1000, gid: 1000 },
    "srv/app/x": { uid: 1000, gid: 1000 },
  });
});

const own = (name: string, needs: readonly Package[]): Package => ({
  name,
  why: "a test",
  license: "MIT",
  version: "1",
  needs,
  build: () => ({ kind: "actions", why: "a test", actions: [] }),
});

test("packages enter the rootfs, and what they need enters the sysroot, needed ones first", () => {
  const [low, high] = [own("low", [crossTools]), own("high", [])];
  const library = own("library", [low, high]);
  const plan = planOf({ packages: [own("tool", [library, crossTools]), m4] });
  assert.equal(stepsOf(plan, "rootfs-from-sysroot").slice(-2), ["tool", "m4"]);
  assert.equal(stepsOf(plan, "sysroot-from-seed").slice(-3), ["high", "low", "library"]);
});

test("a package with the name of one that is there already is refused", () => {
  assert.throws(() => planOf({ packages: [own("busybox", [])] }), /every system has a package of that name/);
  assert.throws(
    () => planOf({ packages: [own("tool", [own("musl", [])])] }),
    /two packages of the name musl/,
  );
});

test("kernel options of the system take precedence, and change nothing but the kernel", () => {
  const [plain, more] = [
    planOf({}),
    planOf({ kernelOptions: { CONFIG_WIREGUARD: "y", PANIC_TIMEOUT: "3" } }),
  ];
  const changed = plain.phases
    .flatMap(({ steps }) => steps)
    .filter((step) => {
      return JSON.stringify(step) !== JSON.stringify(stepOf(more, step.name));
    });
  assert.equal(
    changed.map(({ name }) => name),
    ["linux"],
  );
  const build = stepOf(more, "linux")?.build;
  assert.ok(build?.kind === "kbuild");
  assert.equal(
    build.options
      .slice(-2)
      .map(({ option }) => option)
      .includes("WIREGUARD"),
    true,
  );
  assert.equal(build.options.filter(({ option }) => option === "WIREGUARD").length, 1);
});
