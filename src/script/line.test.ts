import { assert, test } from "../base/testing.ts";
import type { KeyName } from "./keys.ts";
import { editLine, insertText, type Line } from "./line.ts";

/** `|` is the cursor. */
function line(shown: string): Line {
  return { text: shown.replace("|", ""), cursor: shown.indexOf("|") };
}

const CASES: readonly (readonly [before: string, key: KeyName, after: string])[] = [
  ["ab|c", "backspace", "a|c"],
  ["|c", "backspace", "|c"],
  ["a😀|", "backspace", "a|"],
  ["a|bc", "delete", "a|c"],
  ["😀|", "left", "|😀"],
  ["|😀", "right", "😀|"],
  ["a|", "right", "a|"],
  ["ab|c", "home", "|abc"],
  ["a|bc", "end", "abc|"],
  ["files.list(|", "word-left", "files.|list("],
  ["|files.list(", "word-right", "files|.list("],
  ["one two |x", "delete-word", "one |x"],
  ["one two|x", "delete-line", "|x"],
  ["one| two", "delete-rest", "one|"],
];

for (const [before, key, after] of CASES) {
  test(`${key}: ${before}`, () => assert.equal(editLine(line(before), key), line(after)));
}

test("other keys do not edit, text is inserted at the cursor", () => {
  assert.equal(editLine(line("a|"), "enter"), undefined);
  assert.equal(insertText(line("a|b"), "é😀"), line("aé😀|b"));
});
