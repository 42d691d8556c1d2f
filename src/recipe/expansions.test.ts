import { assert, test } from "../base/testing.ts";
import type { Build } from "../plan/build.ts";
import type { Phase, Step } from "../plan/plan.ts";
import { actionsOf } from "./expansions.ts";

const call = (targets: string[], flags: string[] = []) => ({ targets, flags });

function stepWith(build: Build): Step {
  return {
    name: "x",
    version: "1",
    sources: ["x-1"],
    patches: [{ file: "pkgs/x/a.patch", sha256: "0".repeat(64), why: "a test" }],
    needs: [],
    env: { B: "step" },
    prefix: "/usr",
    workdir: "/workspace/build/x",
    owners: {},
    build,
  };
}

function phaseWith(destdir: Phase["destdir"]): Phase {
  return {
    name: "p",
    description: "",
    namespace: "seed",
    destdir,
    writes: ["/"],
    env: { A: "1", B: "phase" },
    steps: [],
  };
}

const TO_ROOTFS = phaseWith({ root: "bq2", path: "/" });

/** The programs that are run, in order, each with its folder and its words. */
function programs(build: Build, phase = TO_ROOTFS): string[] {
  return actionsOf(phase, stepWith(build)).flatMap((action) =>
    action.kind === "run" ? [`${action.cwd}$ ${action.argv.join(" ")}`] : [],
  );
}

test("configure and make run out of tree, and install writes below DESTDIR", () => {
  const build: Build = {
    kind: "configure-make",
    inTree: false,
    prepare: [],
    configureFlags: ["--disable-shared"],
    make: call([], ["V=1"]),
    install: call(["install"]),
    finish: [],
  };
  assert.equal(programs(build), [
    "/workspace/build/x$ /workspace/src/x-1/configure --prefix=/usr --disable-shared",
    "/workspace/build/x$ make -j{jobs} V=1",
    "/workspace/build/x$ make -j{jobs} DESTDIR=/bq2-rootfs install",
  ]);
  assert.equal(programs({ ...build, inTree: true }, phaseWith(null)), [
    "/workspace/src/x-1$ /workspace/src/x-1/configure --prefix=/usr --disable-shared",
    "/workspace/src/x-1$ make -j{jobs} V=1",
    "/workspace/src/x-1$ make -j{jobs} install",
  ]);
});

test("patches come first, in the source tree", () => {
  const build: Build = { kind: "make", make: call([]), install: call([]), finish: [] };
  const [first, second] = actionsOf(TO_ROOTFS, stepWith(build));
  assert.equal(first, {
    kind: "patch",
    folder: "/workspace/src/x-1",
    file: "pkgs/x/a.patch",
    sha256: "0".repeat(64),
  });
  assert.equal(second?.kind, "run");
});

test("kbuild writes the answers, configures, checks that every option survived, and then builds", () => {
  const build: Build = {
    kind: "kbuild",
    options: [
      { option: "EXT4_FS", value: "y" },
      { option: "SWAP", value: "n" },
    ],
    answers: "/workspace/build/x/answers",
    configure: call(["allnoconfig"], ["KCONFIG_ALLCONFIG=/workspace/build/x/answers"]),
    make: call(["bzImage"]),
    install: call([]),
    flags: ["ARCH=x86"],
    finish: [],
  };
  const actions = actionsOf(TO_ROOTFS, stepWith(build));
  assert.equal(
    actions.map(({ kind }) => kind),
    ["patch", "make-folder", "write-file", "run", "check-kconfig", "run"],
  );
  assert.ok(
    actions[2]?.kind === "write-file" && actions[2].text === "CONFIG_EXT4_FS=y\n# CONFIG_SWAP is not set\n",
  );
  assert.equal(programs(build)[1], "/workspace/src/x-1$ make -j{jobs} O=/workspace/build/x ARCH=x86 bzImage");
});

test("a step's environment takes precedence over its phase's, and an action's own over both", () => {
  const run = { kind: "run" as const, argv: ["env"], cwd: "/", env: { C: "own" } };
  const build: Build = { kind: "actions", why: "a test", actions: [run] };
  const last = actionsOf(TO_ROOTFS, stepWith(build)).at(-1);
  assert.ok(last?.kind === "run");
  assert.equal(last.env, { A: "1", B: "step", C: "own" });
});
