/** GNU tar judges both directions: it unpacks what we write, and we read what it writes. */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { requireTools } from "../../../tests/oracle.ts";
import { Bq2Error } from "../../base/error.ts";
import { bytesToName, compareNames, nameToBytes } from "../../base/text.ts";
import { walk } from "../../platform/files.ts";
import { nodePlatform } from "../../platform/node/platform.ts";
import { contentOf, type Entry, NO_ATTRIBUTES, type Tree } from "../tree.ts";
import { indexTar } from "./index.ts";
import { TarReader } from "./reader.ts";
import { writeTar } from "./writer.ts";

const { files } = nodePlatform();
const hasTar = requireTools("tar");
const isRoot = process.getuid?.() === 0;

let folder = "";
beforeAll(() => {
  folder = fs.mkdtempSync(join(tmpdir(), "bq2-tar-"));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** A tree in a form to compare: one line per entry, contents as bytes. */
type Facts = { readonly [path: string]: unknown };

function factsOf(tree: Tree): Facts {
  const real = new Map(tree.map((entry) => [entry.path, entry]));
  return Object.fromEntries(
    tree.map((entry) => {
      const { path, mode, uid, gid, mtime, attributes, ...rest } = entry;
      const target = rest.kind === "hardlink" ? real.get(rest.target) : undefined;
      const content =
        target?.kind === "file" ? target.content : rest.kind === "file" ? rest.content : undefined;
      const common = {
        mode: rest.kind === "symlink" ? 0o777 : mode,
        mtime,
        attributes: Object.fromEntries(attributes),
      };
      const owner = isRoot ? { uid, gid } : {};
      if (content === undefined) return [path, { ...common, ...owner, ...rest }];
      const bytes = Buffer.alloc(content.size);
      content.read(bytes, 0, bytes.length, 0);
      const first = rest.kind === "hardlink" ? rest.target : path;
      return [path, { ...common, ...owner, kind: "file", first, bytes: bytes.toString("latin1") }];
    }),
  );
}

function factsOfFolder(root: string): Facts {
  const firsts = new Map<string, string>();
  const facts: { [path: string]: unknown } = {};
  const paths = ["", ...Array.from(walk(files, root), ({ path }) => path)].sort((a, b) =>
    compareNames(keyOf(a), keyOf(b)),
  );
  for (const path of paths) {
    const place = path === "" ? root : `${root}/${path}`;
    const status = files.status(place);
    if (status === undefined) throw new Error(`${place} is gone`);
    const { kind, mode, uid, gid, mtime } = status;
    const common = {
      mode,
      mtime,
      attributes: Object.fromEntries(files.attributes(place)),
      ...(isRoot ? { uid, gid } : {}),
      kind,
    };
    if (kind === "file") {
      if (!firsts.has(status.identity)) firsts.set(status.identity, path);
      const bytes = Buffer.from(files.readFile(place)).toString("latin1");
      facts[path] = { ...common, first: firsts.get(status.identity), bytes };
    } else if (kind === "symlink") facts[path] = { ...common, target: files.readLink(place) };
    else if (kind === "char" || kind === "block") facts[path] = { ...common, ...status.device };
    else facts[path] = common;
  }
  return facts;
}

const keyOf = (path: string) => path.replaceAll("/", "\0");

async function writeTarFile(tree: Tree, path: string): Promise<void> {
  const fd = files.open(path, "write");
  await writeTar(tree, (chunk) => files.write(fd, chunk, null));
  files.close(fd);
}

function readTree(path: string): Tree {
  return indexTar(contentOf(files.readFile(path)));
}

const XATTRS = ["--xattrs", "--xattrs-include=user.*"];

function gnuUnpack(archive: string, target: string): void {
  fs.mkdirSync(target);
  execFileSync("tar", [
    "-xpf",
    archive,
    "-C",
    target,
    "--numeric-owner",
    "--warning=no-timestamp",
    ...XATTRS,
  ]);
}

/** Any bytes but NUL and slash; odd ones often. */
const nameByte = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 97, max: 122 }) },
  fc.constantFrom(0x01, 0x0a, 0x20, 0x22, 0x2d, 0x2e, 0x5c, 0x7f, 0x80, 0xc3, 0xa9, 0xff),
);
const name = fc
  .oneof(
    fc.array(nameByte, { minLength: 1, maxLength: 12 }),
    fc.array(nameByte, { minLength: 90, maxLength: 255 }),
  )
  .map((bytes) => bytesToName(Uint8Array.from(bytes)))
  .filter((text) => text !== "." && text !== "..");

const facts = fc.record({
  mode: fc.integer({ min: 0, max: 0o777 }).map((mode) => mode | 0o700),
  uid: fc.constantFrom(0, 1, 1000, 65_534, 2_097_151, 2_097_152, 4_000_000_000),
  gid: fc.constantFrom(0, 5, 3_000_000),
  mtime: fc.constantFrom(0, 1, 1_700_000_000, 2 ** 31, 8_589_934_591, 8_589_934_592),
  attributes: fc.constantFrom(NO_ATTRIBUTES, new Map([["user.a=%", Uint8Array.of(1, 0, 10)]])),
});

const bytes = fc.oneof(
  fc.constant(new Uint8Array(0)),
  fc.uint8Array({ maxLength: 2000 }),
  fc.constantFrom(511, 512, 513, 1024).map((size) => new Uint8Array(size).fill(0x61)),
);

const item = fc.record({
  parent: fc.nat(),
  other: fc.nat(),
  name,
  facts,
  bytes,
  kind: fc.constantFrom("file", "file", "folder", "folder", "symlink", "hardlink", "fifo", "char"),
});

type Item = typeof item extends fc.Arbitrary<infer T> ? T : never;

/** Makes a tree of the items: each goes into one of the folders made so far. */
const randomTree = fc.array(item, { maxLength: 25 }).map((items): Tree => {
  const rootFacts = { mode: 0o755, uid: 0, gid: 0, mtime: 1000, attributes: NO_ATTRIBUTES };
  const tree = new Map<string, Entry>([["", { ...rootFacts, path: "", kind: "folder" }]]);
  const folders = [""];
  for (const each of items) {
    const parent = folders[each.parent % folders.length] ?? "";
    const path = parent === "" ? each.name : `${parent}/${each.name}`;
    if (tree.has(path) || nameToBytes(path).length > 1500) continue;
    tree.set(path, entryOf(path, each));
    if (each.kind === "folder") folders.push(path);
  }
  return withHardLinks(tree, items);
});

function entryOf(path: string, { kind, facts: base, bytes: content, name: text }: Item): Entry {
  const noAttributes = { ...base, attributes: NO_ATTRIBUTES };
  switch (kind) {
    case "folder":
      return { ...base, path, kind };
    case "symlink":
      return { ...noAttributes, path, kind, target: `../${text}`, mode: 0o777 };
    case "fifo":
      return { ...noAttributes, path, kind };
    case "char":
      return isRoot
        ? { ...noAttributes, path, kind, major: 4, minor: 70 }
        : { ...noAttributes, path, kind: "fifo" };
    default:
      return { ...base, path, kind: "file", content: contentOf(content) };
  }
}

/** Sorted; every third file becomes another name of an earlier one. */
function withHardLinks(tree: Map<string, Entry>, items: readonly { readonly other: number }[]): Tree {
  const sorted = [...tree.values()].sort((a, b) => compareNames(keyOf(a.path), keyOf(b.path)));
  const candidates: Entry[] = [];
  return sorted.map((entry, i) => {
    if (entry.kind !== "file") return entry;
    const other = items[i]?.other ?? 1;
    const first = candidates[other % Math.max(1, candidates.length)];
    if (other % 3 !== 0 || first === undefined) {
      candidates.push(entry);
      return entry;
    }
    const { mode, uid, gid, mtime, attributes } = first;
    return { path: entry.path, kind: "hardlink", target: first.path, mode, uid, gid, mtime, attributes };
  });
}

const RUNS = Number(process.env.BQ2_FUZZ_RUNS ?? 60);

test.skipIf(!hasTar)("random trees go to GNU tar and come back", { timeout: 30 * 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(randomTree, async (tree) => {
      const place = fs.mkdtempSync(join(folder, "random-"));
      const wanted = factsOf(tree);
      const ours = join(place, "ours.tar");
      await writeTarFile(tree, ours);
      expect(factsOf(readTree(ours))).toEqual(wanted);
      gnuUnpack(ours, join(place, "tree"));
      expect(factsOfFolder(join(place, "tree"))).toEqual(wanted);
      for (const options of [["--format=gnu"], ["--format=posix", ...XATTRS]]) {
        const theirs = join(place, "theirs.tar");
        execFileSync("tar", ["-cf", theirs, "-C", join(place, "tree"), "--numeric-owner", ...options, "."]);
        const expected = options.length > 1 ? wanted : withoutAttributes(wanted);
        expect(factsOf(readTree(theirs))).toEqual(expected);
      }
      fs.rmSync(place, { recursive: true });
    }),
    { numRuns: RUNS },
  );
});

/** GNU's own format has no extended attributes. */
function withoutAttributes(all: Facts): Facts {
  return Object.fromEntries(
    Object.entries(all).map(([path, each]) => [path, { ...(each as object), attributes: {} }]),
  );
}

test.skipIf(!hasTar)("paths of every length from 1 to 300 bytes, and 10,000 files in a folder", async () => {
  const base = { mode: 0o644, uid: 0, gid: 0, mtime: 7, attributes: NO_ATTRIBUTES };
  const entries = new Map<string, Entry>();
  const add = (path: string) =>
    entries.set(path, { ...base, path, kind: "file", content: contentOf(nameToBytes(path)) });
  const addFolder = (path: string) => entries.set(path, { ...base, mode: 0o755, path, kind: "folder" });
  addFolder("");
  for (let length = 1; length <= 255; length++) add("n".repeat(length));
  const half = "h".repeat(100);
  addFolder(half);
  for (let length = 1; length <= 199; length++) add(`${half}/${"m".repeat(length)}`);
  addFolder("many");
  for (let i = 0; i < 10_000; i++) add(`many/${i}`);
  const tree = [...entries.values()].sort((a, b) => compareNames(keyOf(a.path), keyOf(b.path)));

  const ours = join(folder, "lengths.tar");
  await writeTarFile(tree, ours);
  gnuUnpack(ours, join(folder, "lengths"));
  const wanted = factsOf(tree);
  expect(factsOfFolder(join(folder, "lengths"))).toEqual(wanted);
  for (const format of ["gnu", "posix", "oldgnu"]) {
    const theirs = join(folder, `lengths-${format}.tar`);
    execFileSync("tar", ["-cf", theirs, "-C", join(folder, "lengths"), `--format=${format}`, "."]);
    expect(factsOf(readTree(theirs))).toEqual(wanted);
  }
});

test.skipIf(!hasTar).each(["v7", "ustar", "oldgnu", "gnu", "posix"])(
  "GNU tar's format %s is read",
  (format) => {
    const source = join(folder, `format-${format}`);
    fs.mkdirSync(join(source, "sub"), { recursive: true });
    fs.writeFileSync(join(source, "sub/file"), "content");
    fs.linkSync(join(source, "sub/file"), join(source, "link"));
    fs.symlinkSync("sub/file", join(source, "sym"));
    for (const path of ["sub/file", "sub", ""]) fs.utimesSync(join(source, path), 5, 5);
    fs.lutimesSync(join(source, "sym"), 5, 5);
    const archive = `${source}.tar`;
    execFileSync("tar", ["-cf", archive, "-C", source, `--format=${format}`, "."]);
    expect(factsOf(readTree(archive))).toEqual(factsOfFolder(source));
  },
);

const SPARSE = [
  ["--format=gnu"],
  ["--format=posix", "--sparse-version=0.0"],
  ["--format=posix", "--sparse-version=0.1"],
  ["--format=posix", "--sparse-version=1.0"],
];

test.skipIf(!hasTar).each(SPARSE)("sparse files are read: %s %s", (...options) => {
  const source = fs.mkdtempSync(join(folder, "sparse-"));
  // 60 pieces: more than the header (4) and one further block (21) of GNU's old map can hold.
  for (const [file, pieces, size] of [
    ["many", 60, 60 * 65_536 + 5],
    ["few", 2, 1_000_000],
    ["hole", 0, 300_000],
  ] as const) {
    const fd = fs.openSync(join(source, file), "w");
    for (let i = 0; i < pieces; i++) fs.writeSync(fd, `piece ${i}`, i * 65_536 + (i % 3) * 100);
    fs.ftruncateSync(fd, size);
    fs.closeSync(fd);
    fs.utimesSync(join(source, file), 9, 9);
  }
  fs.utimesSync(source, 9, 9);
  const archive = `${source}.tar`;
  execFileSync("tar", ["-cSf", archive, "-C", source, ...options, "."]);
  const tree = readTree(archive);
  expect(factsOf(tree)).toEqual(factsOfFolder(source));
  const many = tree.find(({ path }) => path === "many");
  expect(many?.kind === "file" && many.content.ranges().length).toBe(60);
  expect(fs.statSync(archive).size).toBeLessThan(2_000_000);
  expect(streamedFiles(fs.readFileSync(archive), 1000)).toEqual(
    streamedFiles(fs.readFileSync(archive), 1 << 20),
  );
  expect(streamedFiles(fs.readFileSync(archive), 1000)["./few"]).toBe(
    fs.readFileSync(join(source, "few"), "latin1"),
  );
});

/** The files as the streaming reader passes them on. */
function streamedFiles(archive: Buffer, chunkSize: number): { [path: string]: string } {
  const contents: { [path: string]: Buffer } = {};
  let current = Buffer.alloc(0);
  const reader = new TarReader({
    member(member) {
      current = Buffer.alloc(member.size);
      contents[member.path] = current;
    },
    data: (part, offset) => void current.set(part, offset),
    memberEnd: () => {},
  });
  for (let at = 0; at < archive.length; at += chunkSize) reader.push(archive.subarray(at, at + chunkSize));
  reader.end();
  return Object.fromEntries(
    Object.entries(contents).map(([path, content]) => [path, content.toString("latin1")]),
  );
}

test.skipIf(!hasTar)(
  "damage anywhere gives one clear error, or goes unseen if no checksum covers the bytes",
  () => {
    const source = join(folder, "damage");
    fs.mkdirSync(source);
    for (const [i, length] of [5, 90, 120, 200].entries())
      fs.writeFileSync(join(source, "d".repeat(length)), `content ${i}`);
    const fd = fs.openSync(join(source, "sparse"), "w");
    for (let i = 0; i < 30; i++) fs.writeSync(fd, "x", i * 65_536);
    fs.closeSync(fd);
    const archives = [["--format=gnu"], ...SPARSE.slice(1)].map((options) => {
      execFileSync("tar", ["-cSf", `${source}.tar`, "-C", source, ...options, "."]);
      return fs.readFileSync(`${source}.tar`);
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...archives),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (archive, at, flip) => {
          const damaged = Buffer.from(archive);
          const place = at % damaged.length;
          damaged[place] = (damaged[place] ?? 0) ^ flip;
          for (const read of [() => indexTar(contentOf(damaged)), () => streamedFiles(damaged, 4096)]) {
            try {
              read();
            } catch (error) {
              if (!(error instanceof Bq2Error)) throw error;
              expect(["damaged-archive", "hostile-archive"]).toContain(error.code);
            }
          }
        },
      ),
      { numRuns: 20 * RUNS },
    );
  },
);
