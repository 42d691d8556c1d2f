import { readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import ts from "typescript";
import { API_SOURCES } from "../pkgs/bq2/api-sources.ts";
import { assert, test } from "../src/base/testing.ts";

test("the list of module bq2's sources is complete, and has no others", () => {
  const found = new Set<string>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    const { importedFiles } = ts.preProcessFile(readFileSync(new URL(`../${path}`, import.meta.url), "utf8"));
    for (const { fileName } of importedFiles) visit(join(dirname(path), fileName));
  };
  visit("src/script/api.ts");
  assert.equal([...found].sort(), [...API_SOURCES].sort());
});
