import { assert, test } from "../src/base/testing.ts";
import { importCycles } from "./import-cycles.ts";

function cyclesOf(files: Readonly<Record<string, string>>): string[] {
  return importCycles(new Map(Object.entries(files)));
}

test("files that import only files below them have no cycle", () => {
  assert.equal(
    cyclesOf({
      "src/a.ts": `import { b } from "./b.ts"; import { c } from "./c.ts";`,
      "src/b.ts": `import { c } from "./c.ts";`,
      "src/c.ts": `import fs from "node:fs";`,
    }),
    [],
  );
});

test("a type-only import closes a cycle", () => {
  assert.equal(
    cyclesOf({
      "src/a.ts": `import { b } from "./deep/b.ts";`,
      "src/deep/b.ts": `import type { A } from "../a.ts";`,
    }),
    ["2 files import each other: src/a.ts → src/deep/b.ts → src/a.ts"],
  );
});

test("an import() closes a cycle, and a file may not import itself", () => {
  assert.equal(
    cyclesOf({
      "a.ts": `const c = () => import("./b.ts");`,
      "b.ts": `export { x } from "./c.ts";`,
      "c.ts": `import "./a.ts";`,
      "self.ts": `import { me } from "./self.ts";`,
    }),
    ["3 files import each other: a.ts → b.ts → c.ts → a.ts", "1 files import each other: self.ts → self.ts"],
  );
});
