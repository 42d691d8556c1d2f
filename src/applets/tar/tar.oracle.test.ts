/** GNU tar judges ours: it reads our archives, ours reads its archives, and both print the same lists. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { requireTools } from "../../../tests/oracle.ts";
import { type Finished, runOurs } from "../test-run.ts";

const hasTools = requireTools("tar", "xz", "bzip2", "gzip");
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bq2-tar-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
function fresh(): string {
  const place = join(folder, String(++count));
  mkdirSync(place);
  return place;
}

type Item =
  | { readonly kind: "file"; readonly size: number; readonly mode: number; readonly hole: boolean }
  | { readonly kind: "folder"; readonly mode: number }
  | { readonly kind: "symlink"; readonly target: string }
  | { readonly kind: "link" }
  | { readonly kind: "fifo" };

const name = fc.oneof(
  fc.constantFrom("a", "b", "c d", "new\nline", "tab\t", "back\\slash", "ä", ".hidden", "x".repeat(120)),
  fc.stringMatching(/^[a-z]{1,9}$/),
);
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));
const item: fc.Arbitrary<Item> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("file"),
      size: fc.nat(3000),
      mode: fc.constantFrom(0o644, 0o755, 0o600, 0o4755),
      hole: fc.boolean(),
    }),
  },
  fc.record({ kind: fc.constant("folder"), mode: fc.constantFrom(0o755, 0o700, 0o1777) }),
  fc.record({
    kind: fc.constant("symlink"),
    target: fc.constantFrom("a", "../b", "nowhere", "y".repeat(150)),
  }),
  fc.record({ kind: fc.constant("link") }),
  fc.record({ kind: fc.constant("fifo") }),
);
const tree = fc.array(fc.tuple(path, item), { maxLength: 12 });

/** Creates the items below `root`, except those whose path already exists. */
function makeTree(root: string, items: readonly (readonly [string, Item])[]): void {
  mkdirSync(root, { recursive: true });
  let file: string | undefined;
  for (const [path, item] of items) {
    const full = join(root, path);
    try {
      mkdirSync(dirname(full), { recursive: true });
      if (existsSync(full)) continue;
      if (item.kind === "file") {
        writeFileSync(full, "z".repeat(item.size));
        if (item.hole) truncateSync(full, item.size + 100_000);
        chmodSync(full, item.mode);
        file = full;
      } else if (item.kind === "folder") mkdirSync(full, { mode: item.mode });
      else if (item.kind === "symlink") symlinkSync(item.target, full);
      else if (item.kind === "link") {
        if (file !== undefined) linkSync(file, full);
      } else execFileSync("mkfifo", [full]);
    } catch {
      // A file is in the place of a folder.
    }
  }
  for (const path of everything(root)) {
    if (!lstatSync(join(root, path)).isSymbolicLink()) utimesSync(join(root, path), 1e9, 1e9);
  }
}

function everything(root: string): string[] {
  return readdirSync(root, { recursive: true }).map(String).sort().reverse();
}

/** A tree's contents, for comparing. */
function facts(root: string): unknown[] {
  return everything(root).map((path) => {
    const full = join(root, path);
    const status = lstatSync(full);
    return [
      path,
      status.mode,
      status.nlink,
      status.isSymbolicLink() ? readlinkSync(full) : status.mtimeMs,
      status.isFile() ? readFileSync(full).toString("base64") : "",
    ];
  });
}

function gnu(args: readonly string[], cwd: string, input?: Buffer) {
  const run = spawnSync("tar", args, {
    cwd,
    input: input ?? "",
    env: { PATH: process.env.PATH, TZ: "UTC", LC_ALL: "C.UTF-8" },
  });
  return { code: run.status, out: run.stdout, error: run.stderr.toString() };
}

function fine(run: Pick<Finished, "code" | "error">): void {
  expect(run.error).toBe("");
  expect(run.code).toBe(0);
}

test.skipIf(!hasTools)(
  "GNU tar unpacks random trees from our archives unchanged, and ours from its archives",
  async () => {
    const format = fc.constantFrom("gnu", "pax", "posix");
    const compression = fc.constantFrom("", "z", "j", "J");
    await fc.assert(
      fc.asyncProperty(tree, format, compression, fc.boolean(), async (items, format, letter, sparse) => {
        const place = fresh();
        makeTree(join(place, "t"), items);
        const wanted = facts(join(place, "t"));

        fine(await runOurs("tar", [`-c${letter}f`, "ours.tar", "-C", "t", "."], { cwd: place }));
        mkdirSync(join(place, "gnu-out"));
        fine(gnu(["-xpf", "ours.tar", "-C", "gnu-out"], place));
        expect(facts(join(place, "gnu-out"))).toEqual(wanted);

        const options = [`--format=${format}`, ...(sparse ? ["-S"] : [])];
        fine(gnu([`-c${letter}f`, "gnu.tar", ...options, "-C", "t", "."], place));
        mkdirSync(join(place, "our-out"));
        fine(await runOurs("tar", ["xpf", "gnu.tar", "-C", "our-out"], { cwd: place }));
        expect(facts(join(place, "our-out"))).toEqual(wanted);

        for (const archive of ["ours.tar", "gnu.tar"]) {
          for (const flags of ["-tf", "-tvf"]) {
            const ours = await runOurs("tar", [flags, archive], { cwd: place });
            fine(ours);
            const theirs = gnu([flags, archive, "--numeric-owner", "--quoting-style=escape"], place);
            expect(ours.out.toString()).toBe(theirs.out.toString());
          }
        }
        rmSync(place, { recursive: true });
      }),
      { numRuns: 25, seed: 1 },
    );
  },
);

test.skipIf(!hasTools)("members are selected, stripped, excluded and listed as by GNU tar", async () => {
  const place = fresh();
  for (const path of ["p-1/src/a.c", "p-1/src/a.o", "p-1/doc/a.txt", "p-1/README", "p-1/src/sub/b.o"]) {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), `${path}\n`);
  }
  gnu(["-czf", "p.tgz", "--sort=name", "p-1"], place);
  const choices = [
    ["xzf", "p.tgz"],
    ["-x", "-f", "p.tgz", "--strip-components=1"],
    ["-xf", "p.tgz", "--strip-components", "2", "-v"],
    ["-xvf", "p.tgz", "p-1/src"],
    ["-xvf", "p.tgz", "p-1/src/", "p-1/README"],
    ["-xf", "p.tgz", "p-1/missing", "p-1/README"],
    ["-xf", "p.tgz", "--exclude=*.o"],
    ["-xf", "p.tgz", "--exclude", "src"],
    ["-xf", "p.tgz", "--exclude=p-1/d*"],
    ["-xOf", "p.tgz", "p-1/src/a.c", "p-1/README"],
    ["--extract", "--gzip", "--verbose", "--file=p.tgz", "--no-same-owner", "-m"],
    ["-tf", "p.tgz", "p-1/doc"],
    ["tzf", "p.tgz"],
    ["-tf", "missing.tgz"],
    ["-x", "-c", "-f", "p.tgz"],
    ["-f", "p.tgz"],
  ];
  for (const args of choices) {
    const results = [];
    for (const run of [
      (cwd: string) => runOurs("tar", args, { cwd }),
      async (cwd: string) => gnu(args, cwd),
    ]) {
      const cwd = fresh();
      writeFileSync(join(cwd, "p.tgz"), readFileSync(join(place, "p.tgz")));
      const { code, out } = await run(cwd);
      const files = everything(cwd).map((path) =>
        lstatSync(join(cwd, path)).isFile() ? [path, readFileSync(join(cwd, path), "latin1")] : [path],
      );
      results.push({ code, out: out.toString(), files });
    }
    expect(results[0], args.join(" ")).toEqual(results[1]);
  }
});

test.skipIf(!hasTools)("archives have the requested names, owners, times and order", async () => {
  const place = fresh();
  makeTree(join(place, "t"), [
    ["b/x", { kind: "file", size: 3, mode: 0o644, hole: false }],
    ["a", { kind: "symlink", target: "b/x" }],
    ["b/c.o", { kind: "file", size: 3, mode: 0o600, hole: false }],
  ]);
  writeFileSync(join(place, "list"), "t/b\nt/a\n");
  const choices = [
    ["-cf", "-", "--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "t"],
    ["-c", "--sort=name", "--mtime=2020-02-03 04:05:06", "--owner=root:0", "--group=x:7", "t/b", "t/a"],
    ["-c", "--sort=name", "-h", "-C", "t", "a", "b"],
    ["-c", "--sort=name", "--exclude=*.o", "t/", "--no-recursion", "t/b"],
    ["-c", "-T", "list", "--sort=name"],
    ["cf", "-", "--sort=name", "./t"],
    ["-c", "--sort=name", `${place}/t`],
    ["-c", "--sort=name", "t/../t/b"],
    ["-c", "--sort=name", "t", "missing"],
  ];
  for (const args of choices) {
    const ours = await runOurs("tar", args, { cwd: place });
    const theirs = gnu(args, place);
    expect(ours.code, ours.error).toBe(theirs.code);
    const list = (archive: Buffer) => gnu(["-tv", "--numeric-owner"], place, archive).out.toString();
    expect(list(ours.out), args.join(" ")).toBe(list(theirs.out));
  }
});

test.skipIf(!hasTools)(
  "hostile, cut and damaged archives end with an error and change nothing outside",
  async () => {
    const place = fresh();
    const out = join(place, "out");
    mkdirSync(out);
    mkdirSync(join(place, "evil"));
    writeFileSync(join(place, "evil/f"), "evil");
    symlinkSync("../victim", join(place, "evil/way"));
    const hostile = [
      ["-cPf", "h.tar", "-C", "evil", "--transform=s,f,../victim,", "f"],
      ["-cf", "h.tar", "-C", "evil", "--transform=s,^f,way/inside,", "way", "f"],
    ];
    mkdirSync(join(place, "victim"));
    for (const args of hostile) {
      fine(gnu(args, place));
      const run = await runOurs("tar", ["xf", "../h.tar"], { cwd: out });
      expect(run.code).toBe(2);
      expect(run.error).toMatch(/which is refused/);
      expect(readdirSync(join(place, "victim"))).toEqual([]);
    }
    fine(gnu(["-cPf", "abs.tar", `${place}/evil/f`], place));
    const absolute = await runOurs("tar", ["xf", "../abs.tar"], { cwd: out });
    expect(absolute.error).toBe("tar: Removing leading `/' from member names\n");
    expect(readFileSync(join(out, place, "evil/f"), "latin1")).toBe("evil");

    writeFileSync(join(place, "big"), Buffer.alloc(100_000, "x"));
    fine(gnu(["-czf", "big.tgz", "big"], place));
    fine(gnu(["-cf", "big.tar", "big"], place));
    const bad = [
      readFileSync(join(place, "big.tgz")).subarray(0, 60),
      readFileSync(join(place, "big.tar")).subarray(0, 50_000),
      Buffer.from("<html>an error page</html>".repeat(40)),
    ];
    for (const input of bad) {
      for (const args of [["x"], ["t"], ["xO"]]) {
        const run = await runOurs("tar", args, { cwd: out, input });
        expect(run.code).toBe(2);
        expect(run.error).toMatch(/^tar: .*hint/s);
      }
    }
  },
);

/**
 * Writes an archive into a pipe, in two pieces. The first ends with `d/1`, and tar sets that file's time last
 * of all: from then on tar only waits for the second piece. Meanwhile `d` is replaced by a link to `../out`.
 */
const EXCHANGER = `
const fs = require("node:fs");
const [archive, pipe, first, d, seconds] = process.argv.slice(1);
const bytes = fs.readFileSync(archive);
const fd = fs.openSync(pipe, "w");
fs.writeSync(fd, bytes, 0, Number(first));
const pause = new Int32Array(new SharedArrayBuffer(4));
const isDone = () => fs.statSync(d + "/1", { throwIfNoEntry: false })?.mtimeMs === seconds * 1000;
for (let tries = 0; !isDone(); tries++) {
  if (tries === 6000) throw new Error("tar did not finish the first file");
  Atomics.wait(pause, 0, 0, 5);
}
fs.renameSync(d, d + ".moved");
fs.symlinkSync("../out", d);
try {
  fs.writeSync(fd, bytes, Number(first));
} catch (error) {
  if (error.code !== "EPIPE") throw error; // tar has refused the archive and ended
}
`;

test.skipIf(!hasTools)(
  "no file is written outside if a folder is replaced by a link while tar runs",
  { timeout: 60_000 },
  async () => {
    const place = fresh();
    for (const path of ["source", "source/d", "out", "target"]) mkdirSync(join(place, path));
    for (const name of ["1", "2", "3"]) {
      writeFileSync(join(place, "source/d", name), name);
      utimesSync(join(place, "source/d", name), 1e9, 1e9);
    }
    fine(gnu(["-cf", "a.tar", "-C", "source", "--sort=name", "d"], place));
    execFileSync("mkfifo", [join(place, "pipe")]);
    const first = 3 * 512; // the headers of `d` and `d/1`, and the one block of `d/1`
    const args = [join(place, "a.tar"), join(place, "pipe"), String(first), join(place, "target/d"), "1e9"];
    const exchanger = spawn(process.execPath, ["-e", EXCHANGER, ...args], { stdio: "inherit" });
    const ended = new Promise((resolve) => exchanger.on("close", resolve));
    const run = await runOurs("tar", ["-xf", "../pipe"], { cwd: join(place, "target") });
    expect(await ended).toBe(0);
    expect(readdirSync(join(place, "target/d.moved"))).toEqual(["1"]);
    expect(readdirSync(join(place, "out"))).toEqual([]);
    expect(run.code).toBe(2);
    expect(run.error).toMatch(/^tar: Cannot .*\/target\/d.*: the path leads out of .*\/target/m);
  },
);

test("a senseless command line is an error", async () => {
  for (const args of [
    ["-xf", "x", "--bogus"],
    ["-f", "x"],
    ["cf"],
    ["-cf", "x"],
    ["-xf", "x", "--sort=size"],
  ]) {
    const run = await runOurs("tar", args, { cwd: folder });
    expect(run.code).toBe(2);
    expect(run.error).toMatch(/^tar: .*\nTry 'tar --help' for more information\.\n$/);
  }
});

test.skipIf(!hasTools)("a full disk is reported", async () => {
  const place = fresh();
  writeFileSync(join(place, "big"), Buffer.alloc(3_000_000, "x"));
  const full = await runOurs("tar", ["cf", "/dev/full", "big"], { cwd: place });
  expect(full.code).toBe(2);
  expect(full.error).toMatch(/no space left/);
});
