import { ARCHES } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import { assert, test } from "../base/testing.ts";
import type { Plan } from "../plan/plan.ts";
import { makePlan } from "./make-plan.ts";
import type { Package, PhaseRecipe } from "./package.ts";

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

function phase(name: string, steps: readonly Package[], rest: Partial<PhaseRecipe> = {}): PhaseRecipe {
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

/** `phase/step` of all that the last step of the last phase needs. */
function lastNeeds({ phases }: Plan): string[] {
  return (
    phases
      .at(-1)
      ?.steps.at(-1)
      ?.needs.map((need) => `${need.phase}/${need.step}`) ?? []
  );
}

const tools = pkg("tools");
const library = pkg("library");

test("a need is the step of that name in the first phase that has it before", () => {
  const needsFrom = ["b", "a"];
  const program = pkg("program", { needs: [library, tools] });
  const first = phase("a", [tools, library]);
  assert.equal(lastNeeds(plan(first, phase("b", [library, program], { needsFrom }))), [
    "b/library",
    "a/tools",
  ]);
  const itself = pkg("library", { needs: [library] });
  assert.equal(lastNeeds(plan(first, phase("b", [itself], { needsFrom }))), ["a/library"]);
});

test("another package may stand in for the one that is needed, where that is not built", () => {
  const better = pkg("better-tools", { inPlaceOf: tools });
  const program = pkg("program", { needs: [tools] });
  assert.equal(lastNeeds(plan(phase("a", [better, program]))), ["a/better-tools"]);
  assert.equal(lastNeeds(plan(phase("a", [better, tools, program]))), ["a/tools"]);
});

test("every step sees its phase's base, each step once", () => {
  const program = pkg("program", { needs: [library, tools] });
  const base = [{ phase: "a", package: tools }];
  const second = phase("b", [library, program], { needsFrom: ["b", "a"], base });
  assert.equal(lastNeeds(plan(phase("a", [tools]), second)), ["a/tools", "b/library"]);
});

test("a need that no earlier step builds is an error that names both", () => {
  const program = pkg("program", { needs: [library] });
  for (const phases of [
    [phase("a", [program, library])],
    [phase("a", [program], { needsFrom: ["a", "b"] }), phase("b", [library])],
  ]) {
    const error = assert.throws(() => plan(...phases));
    assert.ok(error instanceof Bq2Error, String(error));
    assert.equal(error.code, "bad-recipe");
    assert.match(error.message, /a\/program: it needs library/);
  }
});

test("what runs during the build is compiled by the seed, or by our own toolchain where there is none", () => {
  const compilers = (namespace: PhaseRecipe["namespace"]) =>
    plan(phase("a", [tools], { namespace })).phases[0]?.steps.map(({ build }) =>
      build.kind === "actions" ? build.why : "",
    );
  assert.equal(compilers("seed"), ["gcc"]);
  assert.equal(compilers("bq2"), ["x86_64-bq2-linux-musl-gcc"]);
});
