/** Which machines disks made by sgdisk, mtools and qemu-img boot on. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { MIB, makeDisk, run, withFolder } from "../../tests/disk-file.ts";
import { requireTools } from "../../tests/oracle.ts";
import { ARCHES, type Arch } from "../base/arch.ts";
import { nodePlatform } from "../platform/node/platform.ts";
import { archToBoot } from "./image-arch.ts";

const platform = nodePlatform();
const ESP_MIB = 40; // the smallest FAT32

/** A raw disk whose ESP has the boot files of `arches`. */
async function makeRaw(folder: string, arches: readonly Arch[]): Promise<string> {
  const path = join(folder, "disk.raw");
  await makeDisk(path, (ESP_MIB + 4) * MIB, () => undefined);
  run("sgdisk", "-n", `1:2048:+${ESP_MIB}M`, "-t", "1:EF00", path);
  const esp = `${path}@@${MIB}`;
  run("mformat", "-i", esp, "-F", "-T", String((ESP_MIB * MIB) / 512), "::");
  run("mmd", "-i", esp, "::/a folder with a long name", "::/EFI", "::/EFI/BOOT");
  writeFileSync(join(folder, "empty"), "");
  for (const arch of arches)
    run("mcopy", "-i", esp, join(folder, "empty"), `::/EFI/BOOT/${ARCHES[arch].efiBootFile}`);
  return path;
}

describe.skipIf(!requireTools("sgdisk", "mformat", "mmd", "mcopy", "qemu-img"))("the image says", () => {
  test("for which machines it is, in every form of QCOW2", async () => {
    await withFolder(async (folder) => {
      const raw = await makeRaw(folder, ["aarch64"]);
      expect(await archToBoot(platform, raw, undefined)).toBe("aarch64");
      for (const options of [[], ["-c"], ["-o", "compat=0.10"], ["-o", "cluster_size=4k"]]) {
        const qcow2 = join(folder, "disk.qcow2");
        run("qemu-img", "convert", "-O", "qcow2", ...options, raw, qcow2);
        expect(await archToBoot(platform, qcow2, undefined), options.join(" ")).toBe("aarch64");
        await expect(archToBoot(platform, qcow2, "x86_64")).rejects.toThrow(
          /Cannot boot .* for x86_64: it is for aarch64 \(it has EFI\/BOOT\/BOOTAA64\.EFI\)/,
        );
      }
    });
  });

  test("it is for several, and the machine's own comes first; an overlay says nothing", async () => {
    await withFolder(async (folder) => {
      const raw = await makeRaw(folder, ["x86_64", "aarch64"]);
      expect(await archToBoot(platform, raw, undefined)).toBe(platform.host.arch);
      expect(await archToBoot(platform, raw, "aarch64")).toBe("aarch64");
      const overlay = join(folder, "overlay.qcow2");
      run("qemu-img", "create", "-q", "-f", "qcow2", "-b", raw, "-F", "raw", overlay);
      expect(await archToBoot(platform, overlay, undefined)).toBe(platform.host.arch);
      expect(await archToBoot(platform, overlay, "aarch64")).toBe("aarch64");
    });
  });
});
