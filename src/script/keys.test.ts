import { assert, test } from "../base/testing.ts";
import { parseKeys } from "./keys.ts";

test("text, control characters and sequences", () => {
  assert.equal(parseKeys("a é\r"), { keys: [{ text: "a é" }, { name: "enter" }], rest: "" });
  const names = parseKeys("\x1b[A\x1bOB\x1b[1;5D\x1b[3~\x1bb\x03\x7f").keys.map(({ name }) => name);
  assert.equal(names, ["up", "down", "word-left", "delete", "word-left", "interrupt", "backspace"]);
});

test("a sequence may be cut anywhere", () => {
  for (const sequence of ["\x1b[1;5D", "\x1bOA"]) {
    for (let length = 1; length < sequence.length; length++) {
      assert.equal(parseKeys(sequence.slice(0, length)), { keys: [], rest: sequence.slice(0, length) });
    }
  }
});

test("unknown sequences are left out", () => {
  assert.equal(parseKeys("a\x1b[99~\x00\x1b[200~b").keys, [{ text: "a" }, { text: "b" }]);
});
