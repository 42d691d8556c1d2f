/** FAT32 file systems judged by fsck.fat (dosfstools) and read back by mtools. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GIB, MIB, makeDisk, noise, run, withFolder } from "../../../tests/disk-file.ts";
import { requireTools } from "../../../tests/oracle.ts";
import { contentOf } from "../tree.ts";
import { type Fat32Options, type FatFile, fat32SizeFor, writeFat32 } from "./fat32.ts";

const EPOCH = 1_700_000_000; // 2023-11-14T22:13:20Z

function file(path: string, size: number, seed = 1): FatFile {
  return { path, content: contentOf(noise(size, seed)) };
}

/** Runs `body` with the path of the file system, in which fsck.fat has found no problem. */
async function withFat(
  files: readonly FatFile[],
  options: Partial<Fat32Options>,
  body: (image: string, folder: string) => void,
): Promise<void> {
  await withFolder(async (folder) => {
    const image = join(folder, "fat");
    const size = options.size ?? fat32SizeFor(files);
    await makeDisk(image, size, (sink) =>
      writeFat32(sink, {
        size,
        files,
        volumeId: 0x1234abcd,
        label: "LABEL",
        time: EPOCH,
        hiddenSectors: 2048,
        ...options,
      }),
    );
    expect(complaints(run("fsck.fat", "-n", image))).toEqual([]);
    body(image, folder);
  });
}

/** fsck.fat's lines besides its name and the summary. */
function complaints(output: string): string[] {
  return output.split("\n").filter((line) => !/^fsck\.fat 4|: \d+ files, \d+\/\d+ clusters$|^$/.test(line));
}

function expectSameFiles(image: string, folder: string, files: readonly FatFile[]): void {
  mkdirSync(join(folder, "out"));
  run("mcopy", "-s", "-i", image, "::", join(folder, "out"));
  for (const { path, content } of files) {
    const wanted = new Uint8Array(content.size);
    content.read(wanted, 0, wanted.length, 0);
    expect(readFileSync(join(folder, "out", path)).equals(wanted), path).toBe(true);
  }
}

describe.skipIf(!requireTools("fsck.fat", "mdir", "mcopy", "minfo"))("fsck.fat and mtools", () => {
  test("read a system partition: path, time, label, serial number", async () => {
    const files = [file("EFI/BOOT/BOOTX64.EFI", 3 * MIB + 7), file("loader/entries/bq2-next.conf", 100)];
    await withFat(files, { size: 64 * MIB }, (image, folder) => {
      const listing = run("mdir", "-/", "-i", image, "::");
      expect(listing).toContain("Volume in drive : is LABEL");
      expect(listing).toContain("Volume Serial Number is 1234-ABCD");
      expect(listing).toMatch(/BOOTX64 +EFI +3145735 2023-11-14 +22:13/);
      expect(listing).toContain("bq2-next.conf");
      expectSameFiles(image, folder, files);
    });
  });

  test("accept an empty file system and an empty file", async () => {
    await withFat([], {}, (image) => expect(run("mdir", "-i", image, "::")).toMatch(/No files/));
    const files = [file("empty", 0), file("after", 1)];
    await withFat(files, {}, (image, folder) => expectSameFiles(image, folder, files));
  });

  test("accept a file system without a label", async () => {
    for (const files of [[], [file("folder/file", 1)]]) {
      await withFat(files, { label: "" }, (image, folder) => {
        expect(run("mdir", "-i", image, "::")).toContain("Volume in drive : has no label");
        expect(run("minfo", "-i", image, "::")).toContain('disk label="NO NAME    "');
        expectSameFiles(image, folder, files);
      });
    }
  });

  for (const [size, clusterSize] of [
    [33 * MIB, 512],
    [260 * MIB, 512],
    [261 * MIB, 4096],
    [9 * GIB, 8192],
    [40 * GIB, 32768],
  ] as const) {
    test(`accept ${size / MIB} MiB with clusters of ${clusterSize} bytes`, async () => {
      const files = [file("a/b/c", 100_000), file("a/d", clusterSize), file("a/e", clusterSize + 1)];
      await withFat(files, { size }, (image, folder) => {
        expect(run("minfo", "-i", image, "::")).toContain(`cluster size: ${clusterSize / 512} sectors`);
        expectSameFiles(image, folder, files);
      });
    });
  }

  test("accept a file system that is full to the last cluster", async () => {
    const size = 34 * MIB;
    const sectors = size / 512;
    const sectorsPerFat = Math.ceil(((sectors - 32 + 2) * 4) / 512);
    const clusters = sectors - 32 - 2 * sectorsPerFat;
    const exact = [file("full", (clusters - 1) * 512)]; // one cluster is the root folder
    await withFat(exact, { size }, (image, folder) => expectSameFiles(image, folder, exact));
    const sink = { write: () => {}, copy: () => {} };
    const options = { size, volumeId: 0, label: "", time: 0, hiddenSectors: 0 };
    expect(() => writeFat32(sink, { ...options, files: [file("full", clusters * 512)] })).toThrow(
      /Cannot fit/,
    );
    expect(() => writeFat32(sink, { ...options, files: [], size: 32 * MIB })).toThrow(
      /at least 65541 wanted/,
    );
  });

  test("accept a folder of 3,000 long names that begin alike", async () => {
    const files = Array.from({ length: 3000 }, (_, i) => file(`folder/a rather long name ${i}.text`, i % 3));
    await withFat(files, {}, (image, folder) => expectSameFiles(image, folder, files));
  });

  test("accept random trees", async () => {
    const NAME = fc.stringMatching(/^[A-Za-z0-9_+=,;é€ -][A-Za-z0-9_.+=,;é€ -]{0,40}[A-Za-z0-9_]$/);
    const PATHS = fc.uniqueArray(fc.array(NAME, { minLength: 1, maxLength: 4 }), {
      maxLength: 40,
      selector: (names) => (names[0] ?? "").toUpperCase(), // no two names that differ only in case
    });
    await fc.assert(
      fc.asyncProperty(PATHS, fc.integer({ min: 0, max: 5000 }), async (paths, size) => {
        const files = paths.map((names, i) => file(names.join("/"), (size * i) % 9000, i + 1));
        await withFat(files, {}, (image, folder) => expectSameFiles(image, folder, files));
      }),
      { numRuns: 15, seed: 20231114 },
    );
  });

  test("the same files give the same bytes, in any order", async () => {
    const files = [file("b", 5000), file("A/long name", 70_000), file("c", 1)];
    await withFat(files, {}, async (image) => {
      const first = readFileSync(image);
      await withFat([...files].reverse(), {}, (again) =>
        expect(readFileSync(again).equals(first)).toBe(true),
      );
    });
  });
});
