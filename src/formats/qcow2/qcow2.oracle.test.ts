/** QCOW2 images judged by qemu-img. */
import { createHash } from "node:crypto";
import { closeSync, ftruncateSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GIB, MIB, makeDisk, noise, run, withFolder } from "../../../tests/disk-file.ts";
import { requireTools } from "../../../tests/oracle.ts";
import { nodePlatform } from "../../platform/node/platform.ts";
import type { Bulk } from "../../platform/platform.ts";
import { OpenFiles } from "../../trees/open-files.ts";
import type { Content } from "../tree.ts";
import { readDiskFormat } from "./qcow2.ts";
import { writeQcow2 } from "./writer.ts";

const { bulk, files } = nodePlatform();
const CLUSTER = 65536;

type Piece = { readonly offset: number; readonly bytes: Uint8Array };

function writeRaw(path: string, size: number, pieces: readonly Piece[]): void {
  const fd = openSync(path, "w");
  for (const { offset, bytes } of pieces) writeSync(fd, bytes, 0, bytes.length, offset);
  ftruncateSync(fd, size);
  closeSync(fd);
}

async function convert(
  raw: string,
  image: string,
  options: { readonly compress: boolean; readonly bulk?: Pick<Bulk, "deflateRaw"> },
): Promise<void> {
  const sources = new OpenFiles(files);
  const disk = sources.contentOf(raw, statSync(raw).size);
  await makeDisk(image, undefined, (sink) => writeQcow2(disk, sink, { bulk, ...options }));
  sources.closeAll();
}

/** Writes the raw disk as QCOW2 and has it judged; returns how many clusters hold data. */
async function expectFaithful(folder: string, raw: string, compress: boolean): Promise<number> {
  const image = join(folder, "image.qcow2");
  await convert(raw, image, { compress });
  expect(run("qemu-img", "check", image)).toMatch(/^No errors were found/);
  expect(run("qemu-img", "compare", "-f", "raw", "-F", "qcow2", raw, image)).toMatch(/Images are identical/);
  const info = JSON.parse(run("qemu-img", "info", "--output=json", image));
  expect(info["virtual-size"]).toBe(statSync(raw).size);
  expect(statSync(image).size % 512).toBe(0);
  const found = JSON.parse(run("qemu-img", "check", "--output=json", image));
  return found["allocated-clusters"] ?? 0;
}

const TEXT = new Uint8Array(3 * CLUSTER).map((_, i) => 97 + (i % 23));

describe.skipIf(!requireTools("qemu-img"))("qemu-img", () => {
  for (const compress of [false, true]) {
    const form = compress ? "compressed" : "plain";

    test(`accepts ${form} disks: empty, with one byte, without any hole`, async () => {
      await withFolder(async (folder) => {
        const raw = join(folder, "raw");
        writeRaw(raw, 10 * MIB, []);
        expect(await expectFaithful(folder, raw, compress)).toBe(0);
        writeRaw(raw, 10 * MIB, [{ offset: 10 * MIB - 1, bytes: Uint8Array.of(1) }]);
        expect(await expectFaithful(folder, raw, compress)).toBe(1);
        writeRaw(raw, 3 * MIB + 512, [{ offset: 0, bytes: noise(3 * MIB + 512, 7) }]);
        expect(await expectFaithful(folder, raw, compress)).toBe(49);
      });
    });

    test(`accepts a ${form} disk of 70 GiB with data at both ends of L2 tables`, async () => {
      await withFolder(async (folder) => {
        const raw = join(folder, "raw");
        const L2_COVERS = 512 * MIB;
        const pieces = [0, L2_COVERS - CLUSTER, L2_COVERS, 69 * GIB, 70 * GIB - CLUSTER].map((offset, i) => ({
          offset,
          bytes: i % 2 === 0 ? noise(CLUSTER, i + 1) : TEXT.subarray(0, CLUSTER),
        }));
        writeRaw(raw, 70 * GIB, pieces);
        expect(await expectFaithful(folder, raw, compress)).toBe(pieces.length);
      });
    });

    test(`accepts random ${form} disks`, async () => {
      const PIECE = fc.record({
        offset: fc.integer({ min: 0, max: 100 * 16 }).map((unit) => unit * 4096 + (unit % 3)),
        length: fc.integer({ min: 1, max: 3 * CLUSTER }),
        kind: fc.constantFrom("noise", "text", "zeros"),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(PIECE, { maxLength: 12 }), async (pieces) => {
          await withFolder(async (folder) => {
            const raw = join(folder, "raw");
            const filled = pieces.map(({ offset, length, kind }, i) => ({
              offset,
              bytes: fill(kind, length, i + 1),
            }));
            writeRaw(raw, 8 * MIB, filled);
            await expectFaithful(folder, raw, compress);
          });
        }),
        { numRuns: 20, seed: 3 },
      );
    });
  }

  test("accepts more clusters than one block of reference counts has", async () => {
    await withFolder(async (folder) => {
      const raw = join(folder, "raw");
      const count = 32768 + 10;
      const fd = openSync(raw, "w");
      for (let i = 0; i < count; i++) writeSync(fd, Uint8Array.of(1), 0, 1, i * CLUSTER);
      ftruncateSync(fd, count * CLUSTER);
      closeSync(fd);
      expect(await expectFaithful(folder, raw, false)).toBe(count);
    });
  });

  test("finds compressible clusters compressed, with no more than a cluster lost between them", async () => {
    await withFolder(async (folder) => {
      const raw = join(folder, "raw");
      const mixed = Array.from({ length: 40 }, (_, i) => ({
        offset: i * CLUSTER,
        bytes: i % 2 === 0 ? noise(CLUSTER, i + 1) : TEXT.subarray(0, CLUSTER),
      }));
      writeRaw(raw, 40 * CLUSTER, mixed);
      await expectFaithful(folder, raw, true);
      const image = join(folder, "image.qcow2");
      const check = JSON.parse(run("qemu-img", "check", "--output=json", image));
      expect(check["compressed-clusters"]).toBe(20);
      expect(statSync(image).size).toBeLessThan(27 * CLUSTER); // 20 stored, 1 for all 20 compressed, tables
    });
  });
});

function fill(kind: string, length: number, seed: number): Uint8Array {
  if (kind === "noise") return noise(length, seed);
  return kind === "text" ? TEXT.subarray(0, length) : new Uint8Array(length);
}

test("the bytes depend neither on the order in which clusters are compressed nor on holes", async () => {
  await withFolder(async (folder) => {
    const raw = join(folder, "raw");
    const bytes = noise(2 * MIB, 5).map((byte, i) => (i % 3 === 0 ? byte : 32));
    writeRaw(raw, 8 * MIB, [{ offset: MIB, bytes }]);
    await convert(raw, join(folder, "a"), { compress: true });
    const dense = new Uint8Array(8 * MIB);
    dense.set(bytes, MIB);
    writeRaw(raw, 8 * MIB, [{ offset: 0, bytes: dense }]);
    await convert(raw, join(folder, "b"), { compress: true, bulk: { deflateRaw: lateAndMixed } });
    const digests = ["a", "b"].map((name) =>
      createHash("sha256")
        .update(readFileSync(join(folder, name)))
        .digest("hex"),
    );
    expect(digests[0]).toBe(digests[1]);
  });
});

let calls = 0;
/** Every other cluster is finished later than the one after it. */
const lateAndMixed: Bulk["deflateRaw"] = async (bytes, options) => {
  if (calls++ % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  return bulk.deflateRaw(bytes, options);
};

test("a disk whose size is not a multiple of 512 bytes is refused", async () => {
  const disk: Content = { size: 1000, ranges: () => [], read: () => {} };
  const write = writeQcow2(disk, { write: () => {}, copy: () => {} }, { compress: false, bulk });
  await expect(write).rejects.toThrow(/a multiple of 512 bytes is wanted, the disk has 1000/);
});

test("the header that we write is the header that we read", async () => {
  await withFolder(async (folder) => {
    const raw = join(folder, "raw");
    writeRaw(raw, 5 * MIB, []);
    await convert(raw, join(folder, "image"), { compress: false });
    const found = readDiskFormat(readFileSync(join(folder, "image")));
    expect(found).toEqual({ format: "qcow2", version: 3, virtualSize: 5 * MIB });
  });
});
