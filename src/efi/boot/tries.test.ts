import { assert, test } from "../../base/testing.ts";
import type { BootEntry } from "../../formats/boot-entries.ts";
import type { TriesLeft } from "../../formats/boot-tries.ts";
import type { Volume } from "../files.ts";
import { afterStart, inOrder, mayStart, readTries, writeTries } from "./tries.ts";

const entry = (title: string, tries: number | null): BootEntry => ({
  title,
  kernel: { path: title, sha256: "" },
  initrd: null,
  commandLine: null,
  tries,
});
const counted = entry("new", 2);
const plain = entry("old", null);

test("a counted entry is started as often as its tries allow, then the next one", () => {
  let left: TriesLeft = new Map();
  const started: string[] = [];
  for (let boot = 0; boot < 4; boot++) {
    const [first = plain] = inOrder([counted, plain], left);
    started.push(first.title);
    left = afterStart(first, left) ?? left;
  }
  assert.equal(started, ["new", "new", "old", "old"]);
  assert.equal([mayStart(counted, left), mayStart(plain, left)], [false, true]);
  assert.equal([...left], [["new", 0]]);
});

test("an entry without tries is never recorded", () => {
  assert.equal(afterStart(plain, new Map()), undefined);
});

test("failed entries come last, in their order", () => {
  const left = new Map([["new", 0]]);
  assert.equal(
    inOrder([counted, plain, entry("third", 1)], left).map(({ title }) => title),
    ["old", "third", "new"],
  );
});

/** A volume with at most one file. */
function volumeWith(text: string | undefined): Volume & { text: string | undefined } {
  const missing = (): never => {
    throw new Error("not there");
  };
  return {
    text,
    status() {
      if (this.text === undefined) return undefined;
      return { name: "tries.json", isFolder: false, isReadOnly: false, size: this.text.length };
    },
    list: missing,
    readFile: missing,
    readText() {
      return this.text ?? missing();
    },
    writeFile(_path, content) {
      this.text = String(content);
    },
    remove: missing,
  };
}

test("counts are read back as they were written; a missing file counts nothing", () => {
  const volume = volumeWith(undefined);
  assert.equal([...readTries(volume)], []);
  writeTries(volume, new Map([["new", 1]]));
  assert.equal([...readTries(volume)], [["new", 1]]);
});

test("a damaged file counts nothing", () => {
  assert.equal([...readTries(volumeWith("{"))], []);
});
