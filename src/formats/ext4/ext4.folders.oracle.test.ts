/**
 * Folders of many names, judged by e2fsck (which checks every hash and its place in the index) and by
 * debugfs.
 */
import { describe, expect, test } from "vitest";
import {
  complaintsOf,
  debugfs,
  file,
  folder,
  GIB,
  HASH_SEED,
  MIB,
  withImage,
} from "../../../tests/ext4-image.ts";
import { requireTools } from "../../../tests/oracle.ts";
import { nameToBytes } from "../../base/text.ts";
import { contentOf, type Entry } from "../tree.ts";
import { nameHasher } from "./hash.ts";

const isJudged = requireTools("e2fsck", "debugfs");
const EMPTY = contentOf(new Uint8Array(0));

const padded = (number: number, length: number) => String(number).padStart(length, "0");

function files(parent: string, names: readonly string[]): Entry[] {
  return [...names].sort().map((name) => file(`${parent}/${name}`, EMPTY));
}

function namesIn(image: string, path: string): string[] {
  const lines = debugfs(image, `ls -p ${path}`).split("\n");
  return lines.map((line) => line.split("/")[5] ?? "").filter((name) => !["", ".", ".."].includes(name));
}

describe.skipIf(!isJudged)("a folder", () => {
  // 4084 bytes of a block, less 24 of . and .., hold 203 names of 12 bytes, which take 20 each.
  for (const count of [202, 203, 204, 10_000]) {
    test(`of ${count} names`, async () => {
      const names = Array.from({ length: count }, (_, i) => `n${padded(i, 11)}`);
      await withImage([folder(""), folder("d"), ...files("d", names)], 512 * MIB, (image) => {
        expect(complaintsOf(image)).toBe("");
        expect(namesIn(image, "/d").sort()).toEqual(names);
        expect(/Flags: 0x81000/.test(debugfs(image, "stat /d"))).toBe(count > 203);
      });
    });
  }

  test("of 10,000 names of 255 bytes: two levels of index", async () => {
    const names = Array.from({ length: 10_000 }, (_, i) => padded(i, 255));
    await withImage([folder(""), folder("d"), ...files("d", names)], 512 * MIB, (image) => {
      expect(complaintsOf(image)).toBe("");
      expect(namesIn(image, "/d").sort()).toEqual(names);
      expect(debugfs(image, "htree_dump /d")).toMatch(/Indirect levels: 1/);
    });
  });

  test("of 100,000 names", async () => {
    const names = Array.from({ length: 100_000 }, (_, i) => `file-${i}`);
    await withImage([folder(""), folder("d"), ...files("d", names)], 2 * GIB, (image) => {
      expect(complaintsOf(image)).toBe("");
      expect(namesIn(image, "/d").length).toBe(100_000);
    });
  });

  test("of 70,000 subfolders no longer counts its links", async () => {
    const folders = Array.from({ length: 70_000 }, (_, i) => folder(`d/${padded(i, 6)}`));
    await withImage([folder(""), folder("d"), ...folders], 2 * GIB, (image) => {
      expect(complaintsOf(image)).toBe("");
      expect(debugfs(image, "stat /d")).toMatch(/Links: 1 /);
    });
  });

  test("with equal hashes on both sides of a leaf's end", async () => {
    const hashOf = nameHasher(HASH_SEED);
    const hashed = Array.from({ length: 150_000 }, (_, i) => padded(i, 255))
      .map((name) => ({ name, major: hashOf(nameToBytes(name)).major }))
      .sort((a, b) => a.major - b.major);
    const at = hashed.findIndex((item, i) => i >= 14 && item.major === hashed[i + 1]?.major);
    expect(at, "two names of one hash").toBeGreaterThan(0);
    // A leaf holds 15 such names: 14 smaller ones and the first of the pair fill it.
    const names = hashed.slice(at - 14, at + 20).map(({ name }) => name);
    await withImage([folder(""), folder("d"), ...files("d", names)], 64 * MIB, (image) => {
      expect(complaintsOf(image)).toBe("");
      const continued = ((hashed[at]?.major ?? 0) + 1).toString(16).padStart(8, "0");
      expect(debugfs(image, "htree_dump /d")).toMatch(new RegExp(`Hash 0x${continued}, block`));
    });
  });

  test("that is hashed, in the root and in lost+found", async () => {
    const names = Array.from({ length: 400 }, (_, i) => `name-${padded(i, 20)}`);
    const inRoot = names.map((name) => file(name, EMPTY));
    const tree = [folder(""), folder("lost+found"), ...files("lost+found", names), ...inRoot];
    await withImage(tree, 64 * MIB, (image) => expect(complaintsOf(image)).toBe(""));
  });
});

test.skipIf(!isJudged)("folders 600 deep", async () => {
  const tree = Array.from({ length: 600 }, (_, depth) => folder(Array(depth).fill("d").join("/")));
  await withImage(tree, 64 * MIB, (image) => expect(complaintsOf(image)).toBe(""));
});
