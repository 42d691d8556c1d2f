/** Random trees: e2fsck must find no problem, and debugfs must extract what went in. */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  complaintsOf,
  debugfs,
  EPOCH,
  HASH_SEED,
  MIB,
  patterned,
  withImage,
} from "../../../tests/ext4-image.ts";
import { requireTools } from "../../../tests/oracle.ts";
import { toHex } from "../../base/bytes.ts";
import { bytesToName, compareNames, nameToBytes } from "../../base/text.ts";
import type { Content, Entry, Tree } from "../tree.ts";
import { planExt4 } from "./ext4.ts";
import { encodeTime } from "./inode.ts";

const isJudged = requireTools("e2fsck", "debugfs");

/** Bytes of a name: anything but NUL and `/`, up to 255, valid UTF-8 or not. */
const nameBytes = fc.oneof(
  { weight: 5, arbitrary: fc.stringMatching(/^[a-zA-Z0-9._+~ -]{1,12}$/).map(nameToBytes) },
  { weight: 2, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 30 }) },
  { weight: 2, arbitrary: fc.uint8Array({ minLength: 200, maxLength: 255 }) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 255, maxLength: 255 }) },
);
const name = nameBytes
  .map((bytes) => bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x5f : byte)))
  .filter((bytes) => !["2e", "2e2e"].includes(toHex(bytes)))
  .map(bytesToName);

const content: fc.Arbitrary<Content> = fc.oneof(
  fc.integer({ min: 0, max: 20_000 }).map((size) => patterned(size, size === 0 ? [] : undefined)),
  fc.array(fc.tuple(fc.nat(9000), fc.integer({ min: 1, max: 9000 })), { maxLength: 40 }).chain((steps) => {
    let end = 0;
    const ranges = steps.map(([gap, length]) => {
      const offset = end + 1 + gap;
      end = offset + length;
      return { offset, length };
    });
    return fc.nat(9000).map((hole) => patterned(end + hole, ranges));
  }),
);

const attributes = fc
  .uniqueArray(
    fc.tuple(
      fc.tuple(fc.constantFrom("user.", "trusted.", "security."), fc.stringMatching(/^[a-zA-Z0-9._]{1,30}$/)),
      fc.oneof({ weight: 4, arbitrary: fc.uint8Array({ maxLength: 40 }) }, fc.uint8Array({ maxLength: 600 })),
    ),
    { maxLength: 5, selector: ([parts]) => parts.join("") },
  )
  .map((pairs) => new Map(pairs.map(([parts, value]) => [parts.join(""), value] as const)));

const base = fc.record({
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xfffffffe })),
  gid: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xfffffffe })),
  mtime: fc.integer({ min: -(2 ** 31), max: 2 ** 33 }),
  attributes: fc.oneof({ weight: 3, arbitrary: fc.constant(new Map<string, Uint8Array>()) }, attributes),
});

const target = fc.oneof(
  fc.stringMatching(/^[a-z/.]{1,80}$/),
  fc.integer({ min: 1, max: 4095 }).map((length) => "t".repeat(length)),
);
const kind = fc.oneof(
  { weight: 4, arbitrary: content.map((value) => ({ kind: "file" as const, content: value })) },
  { weight: 3, arbitrary: fc.constant({ kind: "folder" as const }) },
  { weight: 2, arbitrary: target.map((value) => ({ kind: "symlink" as const, target: value })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("fifo" as const, "socket" as const).map((value) => ({ kind: value })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom("char" as const, "block" as const), fc.nat(0xfff), fc.nat(0xfffff))
      .map(([value, major, minor]) => ({ kind: value, major, minor })),
  },
  { weight: 1, arbitrary: fc.nat().map((pick) => ({ kind: "link" as const, pick })) },
);

/** Each item goes into one of the earlier folders; then all are sorted, and links get their targets. */
const tree: fc.Arbitrary<Tree> = fc
  .tuple(base, fc.array(fc.tuple(fc.nat(), name, base, kind), { maxLength: 120 }))
  .map(([root, items]) => {
    const folders = [""];
    const found = new Map<string, (typeof items)[number]>();
    for (const item of items) {
      const parent = folders[item[0] % folders.length] ?? "";
      const path = parent === "" ? item[1] : `${parent}/${item[1]}`;
      if (found.has(path) || path === "lost+found") continue;
      found.set(path, item);
      if (item[3].kind === "folder") folders.push(path);
    }
    const paths = [...found.keys()].sort(comparePaths);
    const entries: Entry[] = [{ ...root, path: "", kind: "folder" }];
    for (const path of paths) {
      const [, , common, own] = found.get(path) ?? [];
      if (common === undefined || own === undefined) continue;
      if (own.kind !== "link") {
        entries.push({ ...common, path, ...own });
        continue;
      }
      const files = entries.filter((entry) => entry.kind === "file");
      const linked = files[own.pick % Math.max(files.length, 1)];
      if (linked !== undefined) entries.push({ ...linked, path, kind: "hardlink", target: linked.path });
    }
    return entries;
  });

function comparePaths(a: string, b: string): number {
  const [left, right] = [a.split("/"), b.split("/")];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compareNames(left[i] ?? "", right[i] ?? "");
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** rdump leaves out the other kinds. */
const DUMPED: readonly Entry["kind"][] = ["file", "folder", "symlink", "hardlink"];

/** One line per entry: its path and content. */
function contentsOf(tree: Tree): string[] {
  const byPath = new Map(tree.map((entry) => [entry.path, entry]));
  const lines = tree.slice(1).flatMap((entry) => {
    if (!DUMPED.includes(entry.kind)) return [];
    const node = entry.kind === "hardlink" ? byPath.get(entry.target) : entry;
    return node === undefined ? [] : [`${toHex(nameToBytes(entry.path))} ${describeContent(node)}`];
  });
  return lines.sort();
}

function describeContent(entry: Entry): string {
  if (entry.kind === "symlink") return `-> ${entry.target}`;
  if (entry.kind !== "file") return entry.kind;
  const bytes = new Uint8Array(entry.content.size);
  for (const { offset, length } of entry.content.ranges()) entry.content.read(bytes, offset, length, offset);
  return toHex(bytes);
}

/** The same lines, from the folder that `debugfs rdump` filled. */
function contentsOnDisk(root: string): string[] {
  const lines: string[] = [];
  const visit = (folder: Buffer, prefix: string) => {
    for (const item of readdirSync(folder, { encoding: "buffer" })) {
      const path = Buffer.concat([folder, Buffer.from("/"), item]);
      const hexPath = prefix + toHex(item);
      const status = lstatSync(path);
      if (!status.isSymbolicLink()) chmodSync(path, 0o700); // it may have been extracted without permissions
      if (status.isSymbolicLink()) lines.push(`${hexPath} -> ${readlinkSync(path)}`);
      else if (status.isDirectory()) lines.push(`${hexPath} folder`);
      else lines.push(`${hexPath} ${toHex(readFileSync(path))}`);
      if (status.isDirectory()) visit(path, `${hexPath}2f`);
    }
  };
  visit(Buffer.from(root), "");
  return lines.filter((line) => !line.startsWith(`${toHex(nameToBytes("lost+found"))} `)).sort();
}

/** debugfs' name for each kind. */
const TYPES: { readonly [K in Exclude<Entry["kind"], "hardlink">]: string } = {
  file: "regular",
  folder: "directory",
  symlink: "symlink",
  char: "character special",
  block: "block special",
  fifo: "FIFO",
  socket: "socket",
};

/** One line per node, in the tree's order. */
function inodesOf(tree: Tree): string[] {
  const links = (entry: Entry) =>
    entry.kind === "folder"
      ? 2 +
        tree.filter(
          (other) => other.kind === "folder" && parentOf(other.path) === entry.path && other !== entry,
        ).length
      : 1 + tree.filter((other) => other.kind === "hardlink" && other.target === entry.path).length;
  return tree.slice(1).flatMap((entry) => {
    if (entry.kind === "hardlink") return [];
    const { seconds, extra } = encodeTime(entry.mtime);
    const time = `${seconds.toString(16).padStart(8, "0")}:${extra.toString(16).padStart(8, "0")}`;
    const { mode, uid, gid } = entry;
    return [`${TYPES[entry.kind]} ${mode.toString(8)} ${uid} ${gid} ${links(entry)} ${time}`];
  });
}

const parentOf = (path: string) => path.slice(0, Math.max(path.lastIndexOf("/"), 0));

/** The same lines from `debugfs stat`, for the inodes from 12 on, which are in the tree's order. */
function inodesOnDisk(image: string, place: string, count: number): string[] {
  const requests = join(place, "requests");
  writeFileSync(requests, Array.from({ length: count }, (_, i) => `stat <${i + 12}>\n`).join(""));
  const text = execFileSync("debugfs", ["-f", requests, image], {
    encoding: "latin1",
    maxBuffer: 2 ** 28,
    stdio: "pipe",
  });
  return text
    .split(/^Inode: /m)
    .slice(1)
    .map((part) => {
      const [, type, mode] = /Type: (.+?) +Mode: +(\d+)/.exec(part) ?? [];
      const [, uid, gid] = /User: +(-?\d+) +Group: +(-?\d+)/.exec(part) ?? [];
      const links = /Links: (\d+)/.exec(part)?.[1];
      const time = /mtime: 0x(\S+)/.exec(part)?.[1];
      return `${type} ${Number.parseInt(mode ?? "", 8).toString(8)} ${Number(uid) >>> 0} ${Number(gid) >>> 0} ${links} ${time}`;
    });
}

test.skipIf(!isJudged)(
  "random trees, in roomy and in the smallest images",
  { timeout: 600_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(tree, fc.boolean(), async (entries, isTight) => {
        const { minimumSize } = planExt4(entries, { hashSeed: HASH_SEED, epoch: EPOCH });
        await withImage(entries, isTight ? minimumSize : 300 * MIB, (image, place) => {
          expect(complaintsOf(image)).toBe("");
          const output = join(place, "out");
          mkdirSync(output);
          debugfs(image, `rdump / ${output}`);
          expect(contentsOnDisk(output)).toEqual(contentsOf(entries));
          const inodes = inodesOf(entries);
          expect(inodesOnDisk(image, place, inodes.length)).toEqual(inodes);
        });
      }),
      { numRuns: 40, seed: 20260223 },
    );
  },
);
