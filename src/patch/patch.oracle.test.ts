/** GNU patch judges: what it accepts we accept, with the same bytes; what it refuses we refuse. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { requireTools } from "../../tests/oracle.ts";
import { nodePlatform } from "../platform/node/platform.ts";
import { unpackArchive } from "../trees/unpack.ts";
import { applyPatchToTree } from "./patch.ts";

const platform = nodePlatform();
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bq2-patch-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hasTools = requireTools("patch", "diff");

/** GNU patch on a copy of `old`; returns the new bytes, or `undefined` if any hunk was refused. */
function gnuPatch(place: string, old: Buffer, patch: Buffer): Buffer | undefined {
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "f"), old);
  writeFileSync(join(place, "p.patch"), patch);
  const argv = ["-p1", "-N", "-s", "--no-backup-if-mismatch", "-r", "-", "-i", "p.patch"];
  const run = spawnSync("patch", argv, { cwd: place });
  if (run.status !== 0) return undefined;
  return existsSync(join(place, "f")) ? readFileSync(join(place, "f")) : Buffer.from("gone");
}

function ourPatch(place: string, old: Buffer, patch: Buffer): Buffer | undefined {
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "f"), old);
  try {
    applyPatchToTree(platform, { patch, folder: place, name: "p.patch" });
  } catch {
    expect(readFileSync(join(place, "f")), "a refused patch must change nothing").toEqual(old);
    return undefined;
  }
  return existsSync(join(place, "f")) ? readFileSync(join(place, "f")) : Buffer.from("gone");
}

/**
 * GNU patch can join an added line to a last line that has no line end; we never do. So line ends are ignored
 * if the patched file has none at its end.
 */
function comparable(result: Buffer | undefined, local: Buffer): string | undefined {
  const text = result?.toString("latin1");
  return local.length === 0 || local.at(-1) === 0x0a ? text : text?.replaceAll("\n", "");
}

/** Few different lines, so that hunks fit in more than one place. */
const line = fc.constantFrom(
  "a",
  "b",
  "c",
  "{",
  "}",
  "",
  "\tx",
  "é\xff",
  "--- a",
  "+++ b",
  "@@ -1 +1 @@",
  "#d",
);
const lines = (maxLength: number) => fc.array(line, { maxLength });

/** Replaces `removed` lines by `added`, at the fraction `at` (0 to 1) of the whole. */
const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.nat(3),
  added: lines(3),
});
type Edit = { readonly at: number; readonly removed: number; readonly added: readonly string[] };

function edited(before: readonly string[], edits: readonly Edit[]): string[] {
  const after = [...before];
  for (const { at, removed, added } of edits) after.splice(Math.floor(at * after.length), removed, ...added);
  return after;
}

const scenario = fc.record({
  base: lines(60),
  patchEdits: fc.array(edit, { minLength: 1, maxLength: 4 }),
  localEdits: fc.array(edit, { maxLength: 4 }),
  context: fc.nat(4),
  endsOpen: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
});

function textOf(content: readonly string[], endsOpen: boolean): Buffer {
  const text = content.map((each) => `${each}\n`).join("");
  return Buffer.from(endsOpen ? text.replace(/\n$/, "") : text, "latin1");
}

const RUNS = Number(process.env.BQ2_FUZZ_RUNS ?? 300);

test.skipIf(!hasTools)(
  "random patches on changed files give the same as with GNU patch",
  { timeout: 60 * 60_000 },
  async () => {
    const seen = { applied: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(scenario, async ({ base, patchEdits, localEdits, context, endsOpen }) => {
        const old = textOf(base, endsOpen[0]);
        const wanted = textOf(edited(base, patchEdits), endsOpen[1]);
        const local = textOf(edited(base, localEdits), endsOpen[2]);
        const place = mkdtempSync(join(folder, "random-"));
        for (const [name, content] of [
          ["a", old],
          ["b", wanted],
        ] as const) {
          mkdirSync(join(place, name));
          writeFileSync(join(place, name, "f"), content);
        }
        const diff = spawnSync("diff", ["-a", `-U${context}`, "a/f", "b/f"], { cwd: place }).stdout;
        if (diff.length > 0) {
          const theirs = gnuPatch(join(place, "gnu"), local, diff);
          const ours = ourPatch(join(place, "ours"), local, diff);
          expect(comparable(ours, local)).toEqual(comparable(theirs, local));
          seen[theirs === undefined ? "refused" : "applied"]++;
        }
        rmSync(place, { recursive: true });
        await new Promise(setImmediate); // lets the test runner breathe
      }),
      { numRuns: RUNS },
    );
    expect(seen.applied, "the scenarios must reach both ends").toBeGreaterThan(RUNS / 10);
    expect(seen.refused).toBeGreaterThan(RUNS / 50);
  },
);

/** Upstream's archive and Debian's series for it: paths below a mirror's pool/, and their sha256. */
const SERIES = [
  {
    name: "musl",
    orig: "main/m/musl/musl_1.2.5.orig.tar.gz",
    origSha256: "a9a118bbe84d8764da0ea0d28b3ab3fae8477fc7e4085d90102b8596fc7c75e4",
    debian: "main/m/musl/musl_1.2.5-3.debian.tar.xz",
    debianSha256: "e786776d6a3f382255ae4abcd8cc41287adb6365d1f123ad72769f0737c62072",
  },
  {
    name: "busybox",
    orig: "main/b/busybox/busybox_1.37.0.orig.tar.bz2",
    origSha256: "3311dff32e746499f4df0d5df04d7eb396382d7e108bb9250e7b519b837043a4",
    debian: "main/b/busybox/busybox_1.37.0-6.debian.tar.xz",
    debianSha256: "10b2cd64b41c26ae134e1cd6135b68575bbe79356c20985f35e32f32a1746c34",
  },
  {
    name: "bash",
    orig: "main/b/bash/bash_5.2.37.orig.tar.xz",
    origSha256: "370704c9c859f4060b7df19055e43bb9b5fa09d887699cf6ba87885c5485d36a",
    debian: "main/b/bash/bash_5.2.37-2.debian.tar.xz",
    debianSha256: "42e03ef523258b61fa765b8c9719d7bf461f2a274260d07fbe45ca7e4627923a",
  },
  {
    name: "make",
    orig: "main/m/make-dfsg/make-dfsg_4.4.1.orig.tar.xz",
    origSha256: "3b16b00ea1079af9f8096bbc71ff7cc00c249fc6a862003da3c42308a0adb0fe",
    debian: "main/m/make-dfsg/make-dfsg_4.4.1-2.debian.tar.xz",
    debianSha256: "c785b80bd83b8294f104da43aee9573ba3e175e2e9a77ac00a49f0a569d6e061",
  },
] as const;

const hasMirror = requireTools("apt-get", "curl", "sha256sum", "tar") && hasTools;

function fetchFromPool(path: string, sha256: string): string | undefined {
  const sites = execFileSync("apt-get", ["indextargets", "--format", "$(SITE)"], { encoding: "utf8" });
  const target = join(folder, path.replace(/.*\//, ""));
  for (const site of new Set(sites.trim().split("\n"))) {
    const run = spawnSync("curl", ["-fsS", "--retry", "2", "-o", target, `${site}/pool/${path}`]);
    if (run.status !== 0) continue;
    const found = execFileSync("sha256sum", [target], { encoding: "utf8" }).slice(0, 64);
    expect(found, `sha256 of ${path}`).toBe(sha256);
    return target;
  }
  if (process.env.CI) throw new Error(`Cannot fetch ${path} from any mirror that apt is set up for`);
  return undefined;
}

for (const { name, orig, origSha256, debian, debianSha256 } of SERIES) {
  test.skipIf(!hasMirror)(`Debian's series for ${name} gives the same tree as GNU patch`, async (context) => {
    const archive = fetchFromPool(orig, origSha256);
    const series = fetchFromPool(debian, debianSha256);
    if (archive === undefined || series === undefined) return context.skip();
    const [ours, theirs] = [join(folder, `${name}-ours`), join(folder, `${name}-theirs`)];
    for (const target of [ours, theirs])
      await unpackArchive(platform, { archive, target, stripComponents: 1 });
    const patches = join(folder, `${name}-debian`);
    await unpackArchive(platform, { archive: series, target: patches, stripComponents: 1 });
    const names = readFileSync(join(patches, "patches/series"), "utf8").split("\n");
    let count = 0;
    for (const entry of names) {
      const [file, option] = entry.replace(/#.*/, "").trim().split(/\s+/);
      if (!file) continue;
      const strip = option === undefined ? 1 : Number(option.replace("-p", ""));
      const path = join(patches, "patches", file);
      const argv = [`-p${strip}`, "-N", "-s", "--no-backup-if-mismatch", "-r", "-", "-i", path];
      const run = spawnSync("patch", argv, { cwd: theirs, encoding: "utf8" });
      expect(run.status, `${file}: ${run.stdout}`).toBe(0);
      applyPatchToTree(platform, { patch: readFileSync(path), folder: ours, name: file, strip });
      count++;
    }
    expect(count).toBeGreaterThan(0);
    const difference = spawnSync("diff", ["-r", "--no-dereference", ours, theirs], { encoding: "utf8" });
    expect(difference.stdout.slice(0, 2000)).toBe("");
    expect(difference.status).toBe(0);
    expect(modes(ours)).toBe(modes(theirs));
    rmSync(ours, { recursive: true });
    rmSync(theirs, { recursive: true });
  });
}

/** New files differ only by the umask, which GNU patch follows and we do not. */
function modes(tree: string): string {
  const listed = execFileSync("find", [".", "-type", "f", "-perm", "/111"], { cwd: tree, encoding: "utf8" });
  return listed.split("\n").sort().join("\n");
}

/** A tree with a link `d`, and what a patch wants to create there. */
const LINKS: readonly { readonly target: string; readonly creates: readonly string[] }[] = [
  { target: "sub/../../out", creates: ["sub/f", "d/x"] },
  { target: "sub/../../out", creates: ["d/x"] },
  { target: "sub", creates: ["sub/f", "d/x"] },
  { target: "here", creates: ["d/x"] },
  { target: "here/..", creates: ["d/x"] },
  { target: "here/../../tree/here", creates: ["d/x"] },
  { target: "../out", creates: ["d/x"] },
];

test.skipIf(!hasTools)("links on the path of a patch are followed as far as by GNU patch", () => {
  for (const { target, creates } of LINKS) {
    const patch = creates.map((path) => `--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+new\n`).join("");
    const [gnu, ours] = ["gnu", "ours"].map((name) => {
      const place = mkdtempSync(join(folder, `links-${name}-`));
      const tree = join(place, "tree");
      for (const path of ["out", "tree", "tree/here"]) mkdirSync(join(place, path));
      symlinkSync(target, join(tree, "d"));
      writeFileSync(join(place, "p.patch"), patch);
      if (name === "gnu") {
        const run = spawnSync("patch", ["-p1", "-N", "-s", "-r", "-", "-i", "../p.patch"], { cwd: tree });
        return { accepted: run.status === 0, place };
      }
      try {
        applyPatchToTree(platform, { patch: Buffer.from(patch), folder: tree, name: "p.patch" });
        return { accepted: true, place };
      } catch {
        return { accepted: false, place };
      }
    }) as [Outcome, Outcome];
    expect(readdirSync(join(ours.place, "out")), target).toEqual([]);
    expect(ours.accepted, `${target}: ${creates}`).toBe(gnu.accepted);
    if (!gnu.accepted) continue;
    execFileSync("diff", ["-r", "--no-dereference", join(gnu.place, "tree"), join(ours.place, "tree")]);
  }
});

interface Outcome {
  readonly accepted: boolean;
  readonly place: string;
}
