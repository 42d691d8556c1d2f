import { assert, test } from "../base/testing.ts";
import { applyOverrides, type Overrides, overridesBetween } from "./overrides.ts";
import { PLAN_FORMAT, type Plan, type Step } from "./plan.ts";

function step(name: string, flags: string[] = []): Step {
  return {
    name,
    version: "1",
    sources: [],
    patches: [],
    needs: [],
    env: { A: "1" },
    prefix: "/usr",
    workdir: `/workspace/build/${name}`,
    owners: {},
    build: { kind: "make", make: { targets: [], flags }, install: { targets: [], flags: [] }, finish: [] },
  };
}

function plan(steps: Step[]): Plan {
  return {
    format: PLAN_FORMAT,
    version: "0.1.0",
    arch: "x86_64",
    seedArch: "x86_64",
    profile: "minimal",
    seed: "host",
    epoch: 0,
    sources: true,
    pins: [],
    phases: [
      {
        name: "one",
        description: "",
        namespace: "seed",
        destdir: null,
        writes: ["/"],
        env: { PATH: "/bin" },
        steps,
      },
    ],
  };
}

function overrides(phases: Overrides["phases"]): Overrides {
  return { format: "bq2-overrides/1", phases };
}

function flagsOf(changed: Plan): readonly string[] {
  const build = changed.phases[0]?.steps[0]?.build;
  return build?.kind === "make" ? build.make.flags : ["not a make build"];
}

test("an override can change a phase's namespace", () => {
  const base = plan([step("musl")]);
  const changed = applyOverrides(base, overrides({ one: { namespace: "host" } }));
  assert.equal(changed.phases[0]?.namespace, "host");
  assert.equal(overridesBetween(base, changed).phases, { one: { namespace: "host" } });
});

test("a list can be replaced, appended to or prepended to", () => {
  const base = plan([step("musl", ["a"])]);
  const withFlags = (flags: unknown) =>
    flagsOf(applyOverrides(base, overrides({ one: { steps: { musl: { build: { make: { flags } } } } } })));
  assert.equal(withFlags(["z"]), ["z"]);
  assert.equal(withFlags({ append: ["b"] }), ["a", "b"]);
  assert.equal(withFlags({ prepend: ["0"], append: ["b"] }), ["0", "a", "b"]);
});

test("env accepts new keys, and null removes one", () => {
  const changed = applyOverrides(
    plan([step("musl")]),
    overrides({ one: { env: { X: "y", PATH: null }, steps: { musl: { env: { B: "2" } } } } }),
  );
  assert.equal(changed.phases[0]?.env, { X: "y" });
  assert.equal(changed.phases[0]?.steps[0]?.env, { A: "1", B: "2" });
});

test("unknown names are refused with their JSON path", () => {
  const base = plan([step("musl")]);
  const refused = (phases: Overrides["phases"], pattern: RegExp) =>
    assert.throws(() => applyOverrides(base, overrides(phases)), pattern);
  refused({ two: {} }, /\$\.phases\.two: no such phase/);
  refused({ one: { steps: { gcc: {} } } }, /\$\.phases\.one\.steps\.gcc: no such step/);
  refused(
    { one: { steps: { musl: { colour: "red" } } } },
    /\$\.phases\.one\.steps\.musl\.colour: no such field/,
  );
  refused(
    { one: { steps: { musl: { build: { make: { flag: [] } } } } } },
    /musl\.build\.make\.flag: no such field/,
  );
  refused({ one: { steps: { musl: { build: { make: { flags: { appendd: [] } } } } } } }, /flags\.appendd/);
  refused({ one: { steps: { musl: { prefix: 7 } } } }, /musl\.prefix: /);
  refused({ one: { steps: { musl: { name: "glibc" } } } }, /musl\.name/);
  refused({ one: { remove: ["gcc"] } }, /\$\.phases\.one\.remove\[0\]/);
  refused({ one: { add: [{ after: null, step: step("musl") }] } }, /\$\.phases\.one\.add\[0\].*already/);
  refused({ one: { add: [{ after: "gcc", step: step("new") }] } }, /add\[0\]\.after/);
});

test("a build of another kind is replaced whole", () => {
  const build = { kind: "actions", why: "for this test", actions: [] };
  const changed = applyOverrides(plan([step("musl")]), overrides({ one: { steps: { musl: { build } } } }));
  assert.equal(changed.phases[0]?.steps[0]?.build, build);
});

test("the difference of two plans, applied to the first, gives the second", () => {
  const from = plan([step("a"), step("b", ["x"]), step("c")]);
  const to = plan([step("new"), step("a"), { ...step("b", ["x", "y"]), env: { B: "2" } }, step("last")]);
  const phase = to.phases[0];
  if (phase !== undefined) phase.env = { PATH: "/usr/bin", HOME: "/" };
  const between = overridesBetween(from, to);
  assert.equal(applyOverrides(from, between), to);
  assert.equal(between.phases.one?.remove, ["c"]);
});

test("equal plans need no overrides", () => {
  assert.equal(overridesBetween(plan([step("a")]), plan([step("a")])).phases, {});
});

test("changes that overrides cannot express are refused", () => {
  const base = plan([step("a"), step("b")]);
  assert.throws(() => overridesBetween(base, { ...base, seed: "debian-12" }), /seed differs/);
  assert.throws(() => overridesBetween(base, plan([step("b"), step("a")])), /changed order/);
  assert.throws(() => overridesBetween(base, { ...base, phases: [] }), /phases were one/);
});
