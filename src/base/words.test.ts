import { assert, test } from "./testing.ts";
import { parseWords, quoteWords, splitWords } from "./words.ts";

test("a command line is split as a shell does", () => {
  assert.equal(splitWords("make -j2  V=1 "), ["make", "-j2", "V=1"]);
  assert.equal(splitWords(`sh -c "echo \\"a b\\"" 'c d' ''`), ["sh", "-c", 'echo "a b"', "c d", ""]);
  assert.equal(splitWords(`CFLAGS="-O2 -g" it\\'s a'b'"c"`), ["CFLAGS=-O2 -g", "it's", "abc"]);
  assert.throws(() => splitWords(`echo "open`), /Cannot split/);
});

test("unquoted words are marked as plain", () => {
  assert.equal(parseWords(`*.ts '*.ts' a\\ b`), [
    { text: "*.ts", isPlain: true },
    { text: "*.ts", isPlain: false },
    { text: "a b", isPlain: false },
  ]);
});

test("splitting quoted words by a shell's rules gives the same words", () => {
  assert.equal(
    quoteWords(["make", "-j2", "CFLAGS=-O2 -g", "", "$HOME"]),
    "make -j2 'CFLAGS=-O2 -g' '' '$HOME'",
  );
  assert.equal(quoteWords(["it's"]), "'it'\\''s'");
  const words = ["a b", "", "plain", 'say "hi"', "back\\slash"];
  assert.equal(splitWords(quoteWords(words)), words);
});
