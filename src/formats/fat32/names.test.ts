import { assert, test } from "../../base/testing.ts";
import { checkFatLabel, fatNames } from "./names.ts";

function shortNames(...names: readonly string[]): readonly string[] {
  return fatNames(names).map(({ short }) => short);
}

test("a short name needs no long entries", () => {
  const [name] = fatNames(["BOOTX64.EFI"]);
  assert.equal(name?.short, "BOOTX64 EFI");
  assert.equal(name?.longEntries.length, 0);
});

test("lower case fits in the short name, but is kept in a long one", () => {
  const [name] = fatNames(["linux.efi"]);
  assert.equal(name?.short, "LINUX   EFI");
  assert.equal(name?.longEntries.length, 32);
});

test("long names get numbered short ones, unique in their folder", () => {
  assert.equal(shortNames("loader-one.conf", "loader-two.conf", "LOADER~3.CON"), [
    "LOADER~1CON",
    "LOADER~2CON",
    "LOADER~3CON",
  ]);
});

test("a generated short name gives way to a name that is short already, in any order", () => {
  assert.equal(shortNames("longer name", "LONGER~1"), ["LONGER~2   ", "LONGER~1   "]);
});

test("numbers with two digits leave less of the name", () => {
  const names = Array.from({ length: 11 }, (_, i) => `same-beginning-${i}`);
  assert.equal(shortNames(...names).at(9), "SAME-~10   ");
});

test("characters that short names cannot contain become underscores, leading dots are dropped", () => {
  assert.equal(shortNames("a+b.c=d", ".profile", "é.txt"), ["A_B~1   C_D", "PROFIL~1   ", "_~1     TXT"]);
});

test("thirteen UTF-16 units an entry, the last part first", () => {
  const [exact, longer] = fatNames(["a".repeat(13), "b".repeat(14)]);
  assert.equal(exact?.longEntries.length, 32);
  assert.equal(longer?.longEntries.length, 64);
  assert.equal([longer?.longEntries[0], longer?.longEntries[32]], [0x42, 0x01]);
});

test("names that FAT cannot store are refused with the reason", () => {
  const refusal = (...names: readonly string[]) => assert.throws(() => fatNames(names)).message;
  assert.match(refusal("a:b"), /one of/);
  assert.match(refusal("a\nb"), /control character/);
  assert.match(refusal("end."), /dot or a space/);
  assert.match(refusal(".."), /another meaning/);
  assert.match(refusal("x".repeat(256)), /longer than 255/);
  assert.match(refusal("\udcff"), /not valid Unicode/);
  assert.match(refusal("Same", "SAME"), /only in case/);
});

test("volume labels that FAT cannot store are refused", () => {
  for (const label of ["", "BQ2-ESP", "TWO WORDS"]) checkFatLabel(label);
  for (const label of ["lower", " LEADING", "A.B", "A*B", "É", "A\tB", "TWELVELETTER"]) {
    assert.match(assert.throws(() => checkFatLabel(label)).message, /up to 11 characters/);
  }
});
