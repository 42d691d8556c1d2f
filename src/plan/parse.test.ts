import type * as v from "valibot";
import { assert, test } from "../base/testing.ts";
import { PackRootfsSchema, PatchActionSchema, WriteImageSchema } from "./action.ts";
import { OverridesSchema } from "./overrides.ts";
import { parseAs } from "./parse.ts";
import { PhaseSchema, StepSchema } from "./plan.ts";
import { PinSchema } from "./source.ts";

const DIGEST = "0".repeat(64);
const ARCHIVE = { file: "a.tar.gz", sha256: DIGEST, size: 1, origins: [{ kind: "url", url: "https://a/b" }] };
const STEP = {
  name: "a",
  version: "1.0",
  sources: ["a"],
  patches: [{ file: "pkgs/a/b.patch", sha256: DIGEST, why: "" }],
  needs: [],
  env: {},
  prefix: "/usr",
  workdir: "/workspace/build/a",
  owners: { "bin/a": { uid: 1, gid: 1 } },
  build: { kind: "coordinator", action: { kind: "stage-source" } },
};
const PATCH = { kind: "patch", folder: "/a", file: "pkgs/a/b.patch", sha256: DIGEST };
const PACK = { kind: "pack-rootfs", file: "a-1.0", program: "/usr/bin/bq2" };
const IMAGE = { ...PACK, kind: "write-image", kernel: "/boot/vmlinuz", size: 1, sources: null };
const MODULES = (module: string, pin: string) => ({ sources: { modules: [{ module, pin, only: [] }] } });
const PIN = { name: "a", version: "1.0", archives: [ARCHIVE] };
const PHASE = {
  name: "a",
  description: "",
  namespace: "seed",
  destdir: { root: "bq2", path: "/" },
  writes: ["/"],
  env: {},
  steps: [],
};

/** Each with fields that would lead out of the folder that they are joined to. */
const CASES: readonly (readonly [name: string, v.GenericSchema, good: object, bad: readonly object[]])[] = [
  [
    "a tarball",
    PackRootfsSchema,
    PACK,
    [{ file: "../../escaped" }, { file: "/tmp/a" }, { file: "" }, { file: ".." }],
  ],
  [
    "an image",
    WriteImageSchema,
    IMAGE,
    [{ file: "a/b" }, { kernel: "/../etc/shadow" }, { program: "/a/.." }],
  ],
  [
    "an image's modules",
    WriteImageSchema,
    IMAGE,
    [MODULES("../a", "a"), MODULES("a", "../a"), MODULES("/a", "a")],
  ],
  [
    "a patch",
    PatchActionSchema,
    PATCH,
    [{ file: "../a.patch" }, { file: "/a.patch" }, { folder: "/a/../../b" }],
  ],
  ["a pin", PinSchema, PIN, [{ name: "../a" }, { name: "" }, { version: "1/../.." }]],
  [
    "an archive",
    PinSchema,
    PIN,
    [{ archives: [{ ...ARCHIVE, file: "../a" }] }, { archives: [{ ...ARCHIVE, inner: "../a" }] }],
  ],
  [
    "a step",
    StepSchema,
    STEP,
    [{ name: "../a" }, { version: "../1" }, { sources: ["../a"] }, { prefix: "../usr" }],
  ],
  [
    "a step's paths",
    StepSchema,
    STEP,
    [{ workdir: "/w/../.." }, { owners: { "../a": { uid: 0, gid: 0 } } }, { prefix: "/usr\0" }],
  ],
  ["a step's patches", StepSchema, STEP, [{ patches: [{ ...STEP.patches[0], file: "pkgs/../../a" }] }]],
  [
    "a phase",
    PhaseSchema,
    PHASE,
    [{ name: "a/b" }, { writes: ["/a/../.."] }, { destdir: { root: "bq2", path: "/.." } }],
  ],
];

for (const [name, schema, good, bad] of CASES) {
  test(`${name} names nothing outside its folders`, () => {
    const parse = (value: unknown) => parseAs(schema, JSON.stringify(value), "plan.json", "");
    parse(good);
    for (const change of bad) {
      assert.throws(() => parse({ ...good, ...change }), /Cannot use plan\.json: at \$\./);
    }
  });
}

test("names that every object inherits are refused, not ignored", () => {
  const parse = (phases: string) =>
    parseAs(OverridesSchema, `{"format":"bq2-overrides/1","phases":${phases}}`, "overrides.json", "");
  parse('{"one":{"steps":{"a":{}}}}');
  assert.throws(() => parse('{"__proto__":{}}'), /at \$\.phases\.__proto__: no such name/);
  assert.throws(
    () => parse('{"one":{"steps":{"constructor":{}}}}'),
    /at \$\.phases\.one\.steps\.constructor/,
  );
  assert.throws(() => parse('{"one":{"add":[{"prototype":1}]}}'), /at \$\.phases\.one\.add\[0\]\.prototype/);
});
