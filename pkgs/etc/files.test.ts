import { assert, test } from "../../src/base/testing.ts";
import { MINIMAL } from "../phases.ts";
import { SYSTEM_FOLDERS, SYSTEM_LINKS, systemFiles } from "./files.ts";

const files = systemFiles(MINIMAL, "1.2.3");

test("paths are sorted, absolute and unique", () => {
  for (const paths of [files, SYSTEM_FOLDERS, SYSTEM_LINKS].map((list) => list.map(({ path }) => path))) {
    assert.equal(paths, [...new Set(paths)].sort());
    for (const path of paths) assert.match(path, /^(\/[A-Za-z0-9._-]+)+$/);
  }
});

test("every text ends with a newline", () => {
  for (const { path, text } of files) assert.ok(text.endsWith("\n"), path);
});

test("os-release names the version", () => {
  assert.match(files.find(({ path }) => path === "/etc/os-release")?.text ?? "", /^VERSION_ID=1\.2\.3$/m);
});
