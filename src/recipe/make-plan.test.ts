import { ARCHES } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import { assert, test } from "../base/testing.ts";
import type { Plan } from "../plan/plan.ts";
import { makePlan } from "./make-plan.ts";
import type { Package, PhaseRecipe } from "./package.ts";
import type { PhaseName } from "./phase-names.ts";

function pkg(name: string, rest: Partial<Package> = {}): Package {
  return {
    name,
    why: "a test",
    license: "MIT",
    version: "1",
    needs: [],
    build: ({ buildCompiler }) => ({ kind: "actions", why: buildCompiler, actions: [] }),
    ...rest,
  };
}

function phase(name: PhaseName, steps: readonly Package[], rest: Partial<PhaseRecipe> = {}): PhaseRecipe {
  return {
    name,
    description: "",
    namespace: "seed",
    prefix: "/usr",
    destdir: null,
    writes: ["/"],
    env: {},
    needsFrom: [name],
    steps,
    ...rest,
  };
}

function plan(...phases: readonly PhaseRecipe[]): Plan {
  return makePlan({
    version: "1",
    arch: ARCHES.x86_64,
    seedArch: ARCHES.x86_64,
    profile: "test",
    seed: "host",
    epoch: 1,
    sources: true,
    phases,
  });
}

/** What the last step of the last phase needs, as `phase/step`. */
function lastNeeds({ phases }: Plan): string[] {
  return (
    phases
      .at(-1)
      ?.steps.at(-1)
      ?.needs.map((need) => `${need.phase}/${need.step}`) ?? []
  );
}

const FIRST: PhaseName = "sysroot-from-seed";
const SECOND: PhaseName = "rootfs-from-sysroot";
const tools = pkg("tools");
const library = pkg("library");

test("a need is met by the step of that name, in the first phase that has one earlier", () => {
  const needsFrom = [SECOND, FIRST];
  const program = pkg("program", { needs: [library, tools] });
  const first = phase(FIRST, [tools, library]);
  assert.equal(lastNeeds(plan(first, phase(SECOND, [library, program], { needsFrom }))), [
    `${SECOND}/library`,
    `${FIRST}/tools`,
  ]);
  const itself = pkg("library", { needs: [library] });
  assert.equal(lastNeeds(plan(first, phase(SECOND, [itself], { needsFrom }))), [`${FIRST}/library`]);
});

test("another package may replace the one that is needed, if that is not built", () => {
  const better = pkg("better-tools", { inPlaceOf: tools });
  const program = pkg("program", { needs: [tools] });
  assert.equal(lastNeeds(plan(phase(FIRST, [better, program]))), [`${FIRST}/better-tools`]);
  assert.equal(lastNeeds(plan(phase(FIRST, [better, tools, program]))), [`${FIRST}/tools`]);
});

test("every step sees the base of its phase, and each step only once", () => {
  const program = pkg("program", { needs: [library, tools] });
  const base = [{ phase: FIRST, package: tools }];
  const second = phase(SECOND, [library, program], { needsFrom: [SECOND, FIRST], base });
  assert.equal(lastNeeds(plan(phase(FIRST, [tools]), second)), [`${FIRST}/tools`, `${SECOND}/library`]);
});

test("a need that no earlier step builds is an error that names both packages", () => {
  const program = pkg("program", { needs: [library] });
  for (const phases of [
    [phase(FIRST, [program, library])],
    [phase(FIRST, [program], { needsFrom: [FIRST, SECOND] }), phase(SECOND, [library])],
  ]) {
    const error = assert.throws(() => plan(...phases));
    assert.ok(error instanceof Bq2Error, String(error));
    assert.equal(error.code, "bad-recipe");
    assert.match(error.message, /sysroot-from-seed\/program: it needs library/);
  }
});

test("the seed compiles programs of the build, or our own toolchain where no seed is visible", () => {
  const compilers = (namespace: PhaseRecipe["namespace"]) =>
    plan(phase(FIRST, [tools], { namespace })).phases[0]?.steps.map(({ build }) =>
      build.kind === "actions" ? build.why : "",
    );
  assert.equal(compilers("seed"), ["gcc"]);
  assert.equal(compilers("bq2"), ["x86_64-bq2-linux-musl-gcc"]);
});
