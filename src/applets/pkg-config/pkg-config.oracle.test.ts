/** pkgconf judges ours: the same flags in the same order, the same answers and exit codes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { requireTools } from "../../../tests/oracle.ts";
import { runOurs, runProgram } from "../test-run.ts";
import { compareVersions } from "./version.ts";

const hasTools = requireTools("pkgconf");
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bq2-pkg-config-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
function put(files: { readonly [name: string]: string }): string {
  const place = join(folder, String(++count));
  mkdirSync(place);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(place, `${name}.pc`), text);
  return place;
}

async function agree(
  place: string,
  args: readonly string[],
  env: { [name: string]: string } = {},
): Promise<void> {
  const options = { cwd: place, env: { PKG_CONFIG_LIBDIR: place, ...env } };
  const ours = await runOurs("pkg-config", args, options);
  const theirs = await runProgram("pkgconf", args, options);
  // pkgconf prints a space after flags, and an empty line when it fails.
  // Which duplicates it keeps in a static list depends on what precedes them, so only the sets are compared.
  const plain = (line: string) =>
    args.includes("--static") ? [...new Set(line.split(" "))].sort().join(" ") : line.trimEnd();
  const lines = (text: Buffer) => text.toString().trimEnd().split("\n").map(plain);
  const what = `${args.join(" ")}\n${ours.error}`;
  expect(lines(ours.out), what).toEqual(lines(theirs.out));
  expect(ours.code, what).toBe(theirs.code);
}

const IDS = ["a", "b", "c", "d", "e"];
/** As in a .pc file. */
const variable = (name: string) => `\${${name}}`;
const word = fc.constantFrom(
  `-I${variable("prefix")}/i`,
  "-I/usr/include",
  "-Irel",
  "-DX=1",
  "-DY",
  '"-DZ=a b"',
);
const lib = fc.constantFrom(`-L${variable("libdir")}`, "-L/usr/lib", "-L/opt/l", "-lx", "-ly", "-lz", "-lm");
/**
 * Each once, and none like -std= or -pthread: how pkgconf treats duplicates of these depends on what precedes
 * them.
 */
const flags = (one: fc.Arbitrary<string>) =>
  fc.uniqueArray(one, { maxLength: 4 }).map((words) => words.join(" "));
/** Packages need only later ones; cycles are tested separately. */
const packageText = (index: number) => {
  const needs = fc.subarray(IDS.slice(index + 1)).chain((ids) => fc.shuffledSubarray(ids));
  return fc
    .record({ requires: needs, hidden: needs, cflags: flags(word), libs: flags(lib), more: flags(lib) })
    .map(
      ({ requires, hidden, cflags, libs, more }) =>
        `prefix=/opt/p\nlibdir=${variable("prefix")}/lib\n# a comment\nName: n${index}\nDescription: d\nVersion: 1.${index}\n` +
        `Requires: ${requires.join(", ")}\nRequires.private: ${hidden.join(" ")}\n` +
        `Cflags: ${cflags}\nLibs: ${libs}\nLibs.private: ${more}\n`,
    );
};
const packages = fc.tuple(...IDS.map((_, index) => packageText(index)));
const oneOf = (...names: string[]) => fc.constantFrom([], ...names.map((name) => [name]));
const options = fc
  .tuple(
    oneOf("--cflags", "--cflags-only-I", "--cflags-only-other"),
    oneOf("--libs", "--libs-only-l", "--libs-only-L", "--libs-only-other"),
    fc.subarray(["--static", "--keep-system-libs", "--keep-system-cflags"]),
  )
  .map((lists) => lists.flat());

test.skipIf(!hasTools)("random packages have the same flags", async () => {
  await fc.assert(
    fc.asyncProperty(
      packages,
      options,
      fc.subarray(IDS, { minLength: 1, maxLength: 2 }),
      fc.boolean(),
      async (texts, args, ids, hasRoot) => {
        const place = put(Object.fromEntries(IDS.map((id, index) => [id, texts[index] ?? ""])));
        await agree(place, [...args, ...ids], hasRoot ? { PKG_CONFIG_SYSROOT_DIR: "/sys" } : {});
        rmSync(place, { recursive: true });
      },
    ),
    { numRuns: 100, seed: 1 },
  );
});

test.skipIf(!hasTools)("versions, variables and missing packages", async () => {
  const place = put({
    a: `prefix=/opt/a\nx=${variable("prefix")}/x y\nName: A\nDescription: the a\nVersion: 1.2.3\nRequires: b >= 2\nLibs: -la\n`,
    b: "Name: B\nDescription: the b\nVersion: 2.0\nCflags: -Ib \\\n -DB\n",
    broken: "Name: C\nDescription: c\nVersion: 1\nRequires: missing >= 1\n",
    hidden: "Name: C\nDescription: c\nVersion: 1\nRequires.private: missing\nLibs: -lh\n",
    quiet: "Name: Q\nDescription: c\nVersion: 1\nRequires.private: a >= 1, b\nLibs: -lq\n",
    old: "Name: D\nDescription: c\nVersion: 1\nRequires: b > 2\n",
    round: "Name: R\nDescription: c\nVersion: 1\nRequires: trip\nLibs: -lround\n",
    trip: "Name: T\nDescription: c\nVersion: 1\nRequires: round\nLibs: -ltrip\n",
    foe: "Name: F\nDescription: c\nVersion: 1\nRequires: b\nConflicts: b < 3\n",
  });
  const questions = [
    ["--exists", "a"],
    ["--exists", "missing"],
    ["--exists", "broken"],
    ["--exists", "hidden"],
    ["--exists", "old"],
    ["--exists", "a >= 1.2, b < 3"],
    ["--exists", "a", ">", "2"],
    ["--exists", "a = 1.2.3"],
    ["--exists", "a != 1.2.3"],
    ["--modversion", "a"],
    ["--modversion", "a", "b"],
    ["--modversion", "missing"],
    ["--atleast-version=1.2", "a"],
    ["--atleast-version", "1.10", "a"],
    ["--exact-version=1.2.3", "a"],
    ["--max-version=1", "a"],
    ["--variable=prefix", "a"],
    ["--variable=x", "a"],
    ["--variable=nix", "a"],
    ["--variable=pcfiledir", "a"],
    ["--define-variable=prefix=/q", "--variable=x", "a"],
    ["--libs", "missing"],
    ["--libs", "broken"],
    ["--libs", "hidden"],
    ["--cflags", "hidden"],
    ["--libs", "--static", "hidden"],
    ["--libs", "old"],
    ["--libs", "round"],
    ["--libs", "foe"],
    ["--cflags", "a", "b"],
    ["--cflags"],
    ["--libs", "a", "missing"],
    ["--print-requires", "a"],
    ["--print-requires-private", "b"],
    ["--print-requires-private", "quiet"],
    ["--print-provides", "a"],
    ["--print-errors", "--exists", "missing"],
    ["--short-errors", "--libs", "missing"],
    ["--silence-errors", "--libs", "missing"],
    ["--errors-to-stdout", "--libs", "missing"],
    ["--errors-to-stdout", "--print-errors", "--exists", "a > 3"],
    ["--uninstalled", "a"],
    ["--atleast-pkgconfig-version=0.9.0"],
    ["--atleast-pkgconfig-version=99"],
    ["--version"],
    ["--validate", "a"],
    ["--cflags", join(place, "b.pc")],
    ["--bogus", "a"],
    [],
  ];
  for (const args of questions) await agree(place, args);
  const other = put({ b: "Name: B\nDescription: another\nVersion: 9\n" });
  await agree(place, ["--modversion", "b"], { PKG_CONFIG_PATH: other });
  const listed = await runOurs("pkg-config", ["--list-all"], {
    cwd: place,
    env: { PKG_CONFIG_LIBDIR: other },
  });
  expect(listed.out.toString()).toBe("b                              B - another\n");
});

test.skipIf(!hasTools)("versions have the same order", async () => {
  const piece = fc.constantFrom("0", "1", "2", "10", "01", "a", "rc", "b1", "~rc1");
  const version = fc
    .array(piece, { minLength: 1, maxLength: 4 })
    .chain((pieces) => fc.constantFrom(".", "-", "").map((separator) => pieces.join(separator)));
  await fc.assert(
    fc.asyncProperty(version, version, async (a, b) => {
      const place = put({ x: `Name: x\nDescription: x\nVersion: ${a}\n` });
      const codes = [];
      for (const option of ["--atleast-version", "--max-version"]) {
        const options = { cwd: place, env: { PKG_CONFIG_LIBDIR: place } };
        codes.push((await runProgram("pkgconf", [`${option}=${b}`, "x"], options)).code);
      }
      const order = compareVersions(a, b);
      expect([order >= 0 ? 0 : 1, order <= 0 ? 0 : 1], `${a} and ${b}`).toEqual(codes);
      rmSync(place, { recursive: true });
    }),
    { numRuns: 60, seed: 1 },
  );
});
