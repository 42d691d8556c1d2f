import { assert, test } from "../src/base/testing.ts";
import { checkImports, isSharedTest } from "./import-rules.ts";

const OTHER_FILES = {
  "src/base/bytes.ts": "",
  "src/formats/tar/reader.ts": "",
  "src/formats/elf.ts": "",
  "src/formats/tar/tar.test.ts": "",
  "src/plan/plan.ts": "",
  "src/plan/source.ts": "",
  "src/recipe/package.ts": "",
  "src/platform/platform.ts": "",
  "src/platform/memory/platform.ts": "",
  "src/platform/node/platform.ts": "",
  "src/platform/test-bulk.ts": "",
  "src/command-line/app.ts": "",
  "src/commands/boot.ts": "",
  "src/sources/test-server.ts": "",
  "src/seeds/seed.ts": "",
  "pkgs/musl/package.ts": "",
};

/** The problems of one file among files without imports. */
function problemsOf(path: string, text: string): string[] {
  return checkImports(new Map(Object.entries({ ...OTHER_FILES, [path]: text })));
}

const ALLOWED: readonly (readonly [path: string, text: string])[] = [
  ["src/formats/gpt/gpt.ts", `import { alignUp } from "../../base/bytes.ts";`],
  ["src/formats/gpt/gpt.ts", `import type { Bulk } from "../../platform/platform.ts";`],
  ["src/sources/pins.ts", `import { PinSchema } from "../plan/source.ts";`],
  ["src/plan/state.ts", `import * as v from "valibot";`],
  ["src/platform/node/files.ts", `import fs from "node:fs"; import koffi from "koffi";`],
  ["src/commands/image.ts", `import { x } from "../formats/elf.ts"; import "../command-line/app.ts";`],
  ["src/formats/gpt/gpt.oracle.test.ts", `import fs from "node:fs"; import { test } from "vitest";`],
  ["src/formats/gpt/gpt.test.ts", `import { memoryPlatform } from "../../platform/memory/platform.ts";`],
  ["src/platform/quickjs/loop.ts", `import { x } from "bq2:native";`],
  ["src/platform/node/files.test.ts", `import { nodePlatform } from "./platform.ts"; import "node:fs";`],
  ["src/platform/memory/platform.test.ts", `import { giveTestBulk } from "../test-bulk.ts";`],
  ["src/linux/test-place.ts", `import "node:fs"; import "esbuild";`],
  ["src/sources/fetch.oracle.test.ts", `import { server } from "./test-server.ts";`],
  ["src/command-line/app.ts", `import "@stricli/core";`],
  ["src/commands.ts", `const boot = () => import("./commands/boot.ts");`],
  [
    "pkgs/busybox/package.ts",
    `import { x } from "../../src/recipe/package.ts"; import { m } from "../musl/package.ts";`,
  ],
];

const REFUSED: readonly (readonly [path: string, text: string, problem: RegExp])[] = [
  ["src/base/log.ts", `import { x } from "../formats/elf.ts";`, /src\/base may not import/],
  ["src/base/log.ts", `import type { X } from "../plan/plan.ts";`, /may not import/],
  ["src/base/log.ts", `\n\nexport { x } from "../plan/plan.ts";`, /^src\/base\/log\.ts:3: /],
  ["src/formats/gpt/gpt.ts", `const x = await import("../../commands/boot.ts");`, /may not import/],
  [
    "src/formats/gpt/gpt.ts",
    `import { nodePlatform } from "../../platform/node/platform.ts";`,
    /may not import/,
  ],
  ["src/formats/gpt/gpt.ts", `import fs from "node:fs";`, /Node's modules/],
  ["src/formats/gpt/gpt.ts", `import fs from "fs";`, /npm package fs is not allowed/],
  ["src/formats/gpt/gpt.ts", `import { gzip } from "fflate";`, /npm package fflate is not allowed/],
  ["src/recipe/expansions.ts", `import * as v from "valibot";`, /valibot is not allowed/],
  ["src/runner/run/run.ts", `import { musl } from "../../../pkgs/musl/package.ts";`, /may not import/],
  ["src/sources/pins.ts", `import { x } from "../seeds/seed.ts";`, /may not import/],
  ["src/platform/platform.ts", `import { x } from "./node/platform.ts";`, /may not import/],
  ["src/image/disk.ts", `import { x } from "../commands/boot.ts";`, /may not import/],
  ["src/platform/memory/platform.ts", `import { x } from "bq2:native";`, /bq2:native is not allowed/],
  ["src/formats/gpt/gpt.test.ts", `import fs from "node:fs";`, /Node's modules/],
  [
    "src/formats/gpt/gpt.test.ts",
    `import { nodePlatform } from "../../platform/node/platform.ts";`,
    /may not import/,
  ],
  ["src/formats/gpt/gpt.ts", `import { x } from "../tar/tar.test.ts";`, /a test must not be imported/],
  ["src/formats/gpt/gpt.ts", `import { x } from "./missing.ts";`, /no such file/],
  ["src/formats/gpt/gpt.ts", `import { x } from "./tar";`, /no such file/],
  ["src/sources/fetch.ts", `import { server } from "./test-server.ts";`, /only tests/],
  ["src/unheard/of.ts", "", /no rule/],
];

for (const [path, text] of ALLOWED) {
  test(`${path} may: ${text}`, () => assert.equal(problemsOf(path, text), []));
}

for (const [path, text, problem] of REFUSED) {
  test(`${path} may not: ${text.trim()}`, () => {
    const problems = problemsOf(path, text);
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? "", problem);
  });
}

test("tests that may not import Node's modules run on every engine", () => {
  assert.ok(isSharedTest("src/formats/gpt/gpt.test.ts"));
  assert.ok(isSharedTest("src/platform/memory/platform.test.ts"));
  assert.ok(isSharedTest("tests/quickjs/contract.test.ts"));
  for (const path of [
    "src/formats/gpt/gpt.oracle.test.ts",
    "src/formats/gpt/gpt.ts",
    "tools/version.test.ts",
  ])
    assert.ok(!isSharedTest(path), path);
});
