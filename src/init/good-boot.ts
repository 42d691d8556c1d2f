/**
 * Confirms a good boot to the boot loader, which otherwise stops starting an entry when its `tries` are used
 * up (docs/efi.md, "Boot counting"). Removes the entry from the counts on the EFI system partition.
 */
import { Bq2Error } from "../base/error.ts";
import { decodeUtf8 } from "../base/text.ts";
import { ESP_NAME } from "../formats/boot-entries.ts";
import { COUNTED_ENTRY, encodeTries, parseTries, TRIES_FILE, TRIES_LIMIT } from "../formats/boot-tries.ts";
import { mountFileSystem, unmountUnused } from "../linux/mount.ts";
import { makeFolders, readText, writeFileAtomic } from "../platform/files.ts";
import { MS_NODEV, MS_NOEXEC, MS_NOSUID } from "../platform/linux-abi.ts";
import type { Files, Platform } from "../platform/platform.ts";
import { EFI_VARIABLES } from "./system.ts";

/** Documentation/filesystems/efivarfs.rst: a variable's attributes precede its value. */
const ATTRIBUTES_SIZE = 4;

const BLOCK_DEVICES = "/sys/class/block";
const MOUNT_POINT = "/run/efi-system-partition";

/**
 * Returns the title of the entry, or undefined if this boot is not counted: our boot loader did not start it,
 * or its entry has no `tries`. Throws Bq2Error `no-system-partition`, and errors of mounting and writing.
 */
export function markBootGood(platform: Platform): string | undefined {
  const { files } = platform;
  const title = countedEntry(files);
  if (title === undefined) return undefined;
  const partitions = systemPartitions(files);
  if (partitions.length === 0) {
    throw new Bq2Error(`Cannot reset the tries of ${title}: no partition is named ${ESP_NAME}`, {
      code: "no-system-partition",
      hint: `remove its line in ${TRIES_FILE} on the EFI system partition`,
    });
  }
  for (const device of partitions) resetTries(platform, device, title);
  return title;
}

function countedEntry(files: Files): string | undefined {
  const path = `${EFI_VARIABLES}/${COUNTED_ENTRY.name}-${COUNTED_ENTRY.vendor}`;
  if (files.statusFollowed(path) === undefined) return undefined;
  return decodeUtf8(files.readFile(path).subarray(ATTRIBUTES_SIZE));
}

/** Paths of the devices; more than one if a copy of the disk is attached. */
function systemPartitions(files: Files): string[] {
  if (files.statusFollowed(BLOCK_DEVICES) === undefined) return [];
  return files
    .list(BLOCK_DEVICES)
    .filter((name) => readText(files, `${BLOCK_DEVICES}/${name}/uevent`).includes(`PARTNAME=${ESP_NAME}\n`))
    .map((name) => `/dev/${name}`);
}

function resetTries(platform: Platform, device: string, title: string): void {
  const { files } = platform;
  makeFolders(files, MOUNT_POINT);
  const flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  mountFileSystem(platform, { type: "vfat", source: device, target: MOUNT_POINT, flags });
  try {
    forget(files, `${MOUNT_POINT}/${TRIES_FILE}`, title);
  } finally {
    unmountUnused(platform, MOUNT_POINT);
  }
}

/** Does nothing if the file is missing, too large for the boot loader, or without the entry. */
function forget(files: Files, path: string, title: string): void {
  const size = files.status(path)?.size ?? 0;
  if (size === 0 || size > TRIES_LIMIT) return;
  const left = new Map(parseTries(readText(files, path)));
  if (!left.delete(title)) return;
  if (left.size > 0) writeFileAtomic(files, path, encodeTries(left));
  else files.removeFile(path);
}
