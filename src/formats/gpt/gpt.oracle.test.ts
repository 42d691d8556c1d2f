/** Partition tables judged by sgdisk (gptfdisk). */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { GIB, MIB, makeDisk, run, withFolder } from "../../../tests/disk-file.ts";
import { requireTools } from "../../../tests/oracle.ts";
import { ARCHES } from "../../base/arch.ts";
import { ESP_TYPE, type GptPartition, writeGpt } from "./gpt.ts";

const DISK_ID = "0F1E2D3C-4B5A-8697-8877-665544332211";

const PARTITIONS: readonly GptPartition[] = [
  {
    type: ESP_TYPE,
    id: "11111111-2222-8333-8444-555555555555",
    name: "bq2-esp",
    firstSector: 2048,
    sectorCount: 4096,
    attributeBits: [0],
  },
  {
    type: ARCHES.x86_64.rootPartitionType,
    id: "66666666-7777-8888-9999-AAAAAAAAAAAA",
    name: "bq2-rööt",
    firstSector: 6144,
    sectorCount: 2048,
    attributeBits: [59, 63],
  },
];

describe.skipIf(!requireTools("sgdisk"))("sgdisk", () => {
  for (const diskSize of [8 * MIB, 3000 * GIB]) {
    test(`finds no problems on a disk of ${diskSize} bytes`, async () => {
      await withFolder(async (folder) => {
        const disk = join(folder, "disk");
        await makeDisk(disk, diskSize, (sink) =>
          writeGpt(sink, { diskId: DISK_ID, diskSize, partitions: PARTITIONS }),
        );
        expect(run("sgdisk", "-v", disk)).toMatch(/No problems found/);
      });
    });
  }

  test("reads names, ids, types, attributes and places as given", async () => {
    await withFolder(async (folder) => {
      const disk = join(folder, "disk");
      const options = { diskId: DISK_ID, diskSize: 8 * MIB, partitions: PARTITIONS };
      await makeDisk(disk, options.diskSize, (sink) => writeGpt(sink, options));
      expect(run("sgdisk", "-p", disk)).toContain(`Disk identifier (GUID): ${DISK_ID}`);
      const first = run("sgdisk", "-i", "1", disk);
      expect(first).toContain(`GUID code: ${ESP_TYPE} (EFI system partition)`);
      expect(first).toContain("unique GUID: 11111111-2222-8333-8444-555555555555");
      expect(first).toContain("First sector: 2048 ");
      expect(first).toContain("Last sector: 6143 ");
      expect(first).toContain("Attribute flags: 0000000000000001");
      const second = run("sgdisk", "-i", "2", disk);
      expect(second).toContain("Linux x86-64 root");
      expect(second).toContain("Attribute flags: 8800000000000000");
      expect(second).toContain("bq2-rööt");
    });
  });

  test("repairs a destroyed front table from our backup", async () => {
    await withFolder(async (folder) => {
      const disk = join(folder, "disk");
      const options = { diskId: DISK_ID, diskSize: 8 * MIB, partitions: PARTITIONS };
      await makeDisk(disk, options.diskSize, (sink) => writeGpt(sink, options));
      const whole = readFileSync(disk);
      const damaged = Buffer.from(whole);
      damaged.fill(0, 512, 34 * 512);
      writeFileSync(disk, damaged);
      run("sgdisk", "-e", disk);
      const repaired = readFileSync(disk);
      expect(repaired.subarray(512).equals(whole.subarray(512))).toBe(true);
    });
  });
});
