import { assert, test } from "../../src/base/testing.ts";
import { READY_MARKER, SYSTEM_FOLDERS, SYSTEM_LINKS, systemFiles } from "./files.ts";

const files = systemFiles("1.2.3");

test("every program of ours that inittab names is there and executable", () => {
  const inittab = files.find(({ path }) => path === "/etc/inittab")?.text ?? "";
  const named = inittab.match(/\/etc\/\S+/g) ?? [];
  assert.equal(named.length, 5);
  for (const path of named) assert.equal(files.find((file) => file.path === path)?.mode, "0755", path);
});

test("what starts with #! is executable, nothing else is", () => {
  for (const { path, mode, text } of files) assert.equal(mode, text.startsWith("#!") ? "0755" : "0644", path);
});

test("paths are sorted, absolute and used once", () => {
  for (const paths of [files, SYSTEM_FOLDERS, SYSTEM_LINKS].map((list) => list.map(({ path }) => path))) {
    assert.equal(paths, [...new Set(paths)].sort());
    for (const path of paths) assert.match(path, /^(\/[A-Za-z0-9._-]+)+$/);
  }
});

test("every text ends in a newline", () => {
  for (const { path, text } of files) assert.ok(text.endsWith("\n"), path);
});

test("the version and the marker are where they are looked for", () => {
  assert.match(files.find(({ path }) => path === "/etc/os-release")?.text ?? "", /^VERSION_ID=1\.2\.3$/m);
  assert.ok(files.some(({ text }) => text.includes(`echo "${READY_MARKER}"`)));
});
