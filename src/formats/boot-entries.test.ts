import { Bq2Error } from "../base/error.ts";
import { assert, test } from "../base/testing.ts";
import { type BootEntries, encodeBootEntries, parseBootEntries } from "./boot-entries.ts";

const digest = "0123456789abcdef".repeat(4);
const sample: BootEntries = {
  timeoutSeconds: 3,
  entries: [
    {
      title: "Linux",
      kernel: { path: "EFI/bq2/vmlinuz", sha256: digest },
      initrd: { path: "EFI/bq2/initrd", sha256: digest },
      commandLine: "quiet",
      tries: 3,
    },
    {
      title: "Linux, rescue",
      kernel: { path: "EFI/bq2/vmlinuz", sha256: digest },
      initrd: null,
      commandLine: null,
      tries: null,
    },
  ],
};

test("boot entries survive encoding and parsing", () => {
  assert.equal(parseBootEntries(encodeBootEntries(sample)), sample);
});

function problemOf(text: string): string {
  const error = assert.throws(() => parseBootEntries(text));
  assert.equal(error instanceof Bq2Error ? error.code : undefined, "bad-boot-entries");
  return error.message;
}

/** The sample with one value changed. */
function changed(change: (value: { [name: string]: unknown }) => void, entry?: number): string {
  const value = JSON.parse(encodeBootEntries(sample));
  change(entry === undefined ? value : value.entries[entry]);
  return JSON.stringify(value);
}

test("an error names the place of the problem", () => {
  const cases: readonly (readonly [text: string, message: RegExp])[] = [
    ["", /Cannot read the boot entries/],
    ["[]", /\$: an object wanted, found \[\]/],
    [changed((top) => Object.assign(top, { format: "x" })), /\$\.format: "bq2-boot-entries\/1" wanted/],
    [changed((top) => Object.assign(top, { timeoutSeconds: -1 })), /\$\.timeoutSeconds/],
    [changed((top) => Object.assign(top, { entries: [] })), /\$\.entries: 1 to 64 entries/],
    [changed((top) => Object.assign(top, { more: 1 })), /\$\.more: only format/],
    [changed((entry) => Object.assign(entry, { title: "a\u0007" }), 0), /\$\.entries\[0\]\.title/],
    [
      changed((entry) => Object.assign(entry, { title: "Linux" }), 1),
      /\$\.entries\[1\]\.title: a title that/,
    ],
    [changed((entry) => Object.assign(entry, { tries: 0 }), 0), /\$\.entries\[0\]\.tries/],
    [changed((entry) => Object.assign(entry, { kernel: { path: "x", sha256: "F" } }), 1), /kernel\.sha256/],
    [changed((entry) => Reflect.deleteProperty(entry, "initrd"), 0), /\$\.entries\[0\]\.initrd: a value/],
  ];
  for (const [text, message] of cases) assert.match(problemOf(text), message);
});

test("truncated or damaged text is refused, and nothing worse happens", () => {
  const text = encodeBootEntries(sample);
  for (let length = 0; length < text.trimEnd().length; length++) problemOf(text.slice(0, length));
  for (let at = 0; at < text.length; at++) {
    try {
      parseBootEntries(`${text.slice(0, at)}?${text.slice(at + 1)}`);
    } catch (error) {
      assert.ok(error instanceof Bq2Error);
    }
  }
});

test("lists of any depth are refused with a message", () => {
  for (const depth of [1000, 20_000]) {
    const text = `{"format":"bq2-boot-entries/1","timeoutSeconds":${"[".repeat(depth)}${"]".repeat(depth)},"entries":[]}`;
    assert.ok(assert.throws(() => parseBootEntries(text)) instanceof Bq2Error);
  }
});
