/** Which machines a disk image boots on, judged by the boot files on its EFI system partition. */
import { ARCHES, type Arch } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import { listFat32 } from "../formats/fat32/reader.ts";
import { ESP_TYPE } from "../formats/gpt/gpt.ts";
import { findPartition } from "../formats/gpt/reader.ts";
import { QCOW2_HEADER_SIZE, readDiskFormat } from "../formats/qcow2/qcow2.ts";
import { qcow2Disk, type ReadDisk } from "../formats/qcow2/reader.ts";
import type { Platform } from "../platform/platform.ts";

const FIRMWARE_FOLDER = ["EFI", "BOOT"]; // UEFI 2.10, 3.5.1.1

/**
 * The architecture to boot the image at `path` for: `wanted` if given, else this machine's if the image boots
 * on it, else the image's first. An image that does not tell (another partition table, an overlay of another
 * image) is assumed to be for `wanted`, or for this machine.
 *
 * @throws Bq2Error `wrong-arch` if the image is for other machines than `wanted`.
 */
export async function archToBoot(platform: Platform, path: string, wanted: Arch | undefined): Promise<Arch> {
  const own = platform.host.arch;
  const found = platform.files.statusFollowed(path)?.kind === "file" ? await archesOf(platform, path) : [];
  if (wanted === undefined) return found.includes(own) ? own : (found[0] ?? own);
  if (found.length === 0 || found.includes(wanted)) return wanted;
  const names = found.map((arch) => ARCHES[arch].efiBootFile).join(", ");
  throw new Bq2Error(
    `Cannot boot ${path} for ${wanted}: it is for ${found.join(", ")} (it has EFI/BOOT/${names})`,
    {
      code: "wrong-arch",
      hint: "leave --arch out, or name an image for that architecture",
    },
  );
}

/** The architectures whose firmware would find something to start. */
async function archesOf(platform: Platform, path: string): Promise<Arch[]> {
  const { files, bulk } = platform;
  const fd = files.open(path, "read");
  try {
    const readFile: ReadDisk = async (offset, length) => {
      const bytes = new Uint8Array(length); // zeros beyond the end
      files.read(fd, bytes, 0, length, offset);
      return bytes;
    };
    const { format } = readDiskFormat(await readFile(0, QCOW2_HEADER_SIZE));
    const disk = format === "raw" ? readFile : await qcow2Disk(readFile, bulk);
    const esp = disk === undefined ? undefined : await findPartition(disk, ESP_TYPE);
    if (disk === undefined || esp === undefined) return [];
    const names = (await listFat32(disk, esp, FIRMWARE_FOLDER)) ?? [];
    return Object.values(ARCHES).flatMap(({ name, efiBootFile }) =>
      names.includes(efiBootFile) ? [name] : [],
    );
  } finally {
    files.close(fd);
  }
}
