import { readFileSync } from "node:fs";
import { join } from "node:path";
import { assert, test } from "../src/base/testing.ts";
import { projectFolder } from "./project-files.ts";

const MOST_LINES = 25;
const FEWEST_NAMES = 8;

/** The walks of docs/walks.md: title and lines. */
const WALKS = readFileSync(join(projectFolder, "docs/walks.md"), "utf8")
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const [title = "", ...lines] = section.trimEnd().split("\n");
    return { title, lines: lines.filter((line) => line !== "") };
  });

/** The names in the text, with their files: "`name` (file)" or "(`one`, `two`: file)". */
function namesIn(lines: readonly string[]): { name: string; file: string }[] {
  const text = lines.map((line) => line.trim()).join(" ");
  const one = [...text.matchAll(/`(\w+)`[^`(]*\(([\w./-]+\.ts)\)/g)].map(([, name, file]) => [name, file]);
  const several = [...text.matchAll(/\(((?:`\w+`,? ?)+)[:,]? ?([\w./-]+\.ts)\)/g)].flatMap(
    ([, names = "", file]) => [...names.matchAll(/`(\w+)`/g)].map(([, name]) => [name, file]),
  );
  return [...one, ...several].map(([name = "", file = ""]) => ({ name, file }));
}

/** True if the text of a file defines the name. */
function defines(text: string, name: string): boolean {
  return new RegExp(`(function\\*?|class|const|interface|type) ${name}\\b`).test(text);
}

test("there are three short walks, each with the names of functions", () => {
  assert.equal(WALKS.length, 3);
  for (const { title, lines } of WALKS) {
    assert.ok(lines.length <= MOST_LINES, `${title} has ${lines.length} lines`);
    assert.ok(namesIn(lines).length >= FEWEST_NAMES, `${title} names too few functions`);
  }
});

for (const { title, lines } of WALKS) {
  test(`every name of the walk "${title}" is defined in the file given with it`, () => {
    const missing = namesIn(lines).filter(
      ({ name, file }) => !defines(readFileSync(join(projectFolder, file), "utf8"), name),
    );
    assert.equal(missing, []);
  });
}

test("every name in backticks has a file", () => {
  const known = WALKS.map(({ lines }) => new Set(namesIn(lines).map(({ name }) => name)));
  WALKS.forEach(({ lines }, index) => {
    const names = [...lines.join(" ").matchAll(/`([a-z]\w*[A-Z]\w*)`/g)].map(([, name]) => name ?? "");
    assert.equal(
      names.filter((name) => !known[index]?.has(name)),
      [],
    );
  });
});
