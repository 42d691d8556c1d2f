/** The raw bytes of a disk: root file system, EFI system partition, partition tables. */
import { ARCHES } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import { ESP_NAME } from "../formats/boot-entries.ts";
import { type Ext4Plan, type Ext4Result, planExt4, writeExt4 } from "../formats/ext4/ext4.ts";
import { writeFat32 } from "../formats/fat32/fat32.ts";
import { ESP_TYPE, SECTOR_SIZE, writeGpt } from "../formats/gpt/gpt.ts";
import type { Tree } from "../formats/tree.ts";
import type { Bulk, Files } from "../platform/platform.ts";
import { FileSink, sinkAt } from "../trees/file-sink.ts";
import type { BootFiles } from "./boot-sources.ts";
import { ContentDigest, type DiskIds, idsFrom } from "./content-digest.ts";
import { type DiskLayout, diskSizeFor, layOutDisk, MIB, type PartitionRange } from "./layout.ts";

export const ROOT_NAME = "bq2-root";
const ESP_LABEL = "BQ2-ESP";

/**
 * The seed of ext4's name hashes. It is needed before the content is known, so it cannot be derived from it;
 * that names hash alike in all images does no harm.
 */
const HASH_SEED = Uint8Array.from("bq2 name hashing", (letter) => letter.charCodeAt(0));

export interface RawDiskOptions {
  readonly rootfs: Tree;
  readonly boot: BootFiles;
  /** Bytes, a multiple of 512. */
  readonly size: number;
  /** Seconds since 1970, for all times that the content does not state. */
  readonly epoch: number;
  /** Bytes of the root file system written so far. */
  readonly onProgress: (written: number) => void;
}

export interface RawDisk {
  readonly layout: DiskLayout;
  readonly ids: DiskIds;
  readonly contentDigest: string;
  readonly root: Ext4Result;
}

/**
 * Fills the empty file `fd`; zeros stay holes. The root file system is written first: its bytes are digested
 * on their way, and all ids are derived from that digest.
 *
 * Throws {@link Bq2Error} `image-too-small` with the size needed, before anything is written, and what the
 * writers of the file systems throw.
 */
export function writeRawDisk(files: Files, bulk: Bulk, fd: number, options: RawDiskOptions): RawDisk {
  const { boot, epoch, size } = options;
  const layout = layOutDisk(size, boot.files);
  const plan = planExt4(options.rootfs, { hashSeed: HASH_SEED, epoch });
  checkRoom(plan, layout, size);

  const digest = new ContentDigest(bulk);
  digest.addFacts({ size, epoch, bootFiles: boot.files.map(({ path }) => path) });
  for (const { content } of boot.files) digest.addContent(content);
  let isDigesting = true;
  let written = 0;
  const sink = new FileSink(files, fd, (bytes, offset) => {
    if (isDigesting) digest.addWrite(bytes, offset);
    written += bytes.length;
    options.onProgress(written);
  });

  let contentDigest = "";
  let ids: DiskIds | undefined;
  const finishDigest = (): Uint8Array => {
    sink.flush();
    isDigesting = false;
    contentDigest = digest.finish();
    ids = idsFrom(bulk, contentDigest);
    return ids.rootFileSystem;
  };
  const root = writeExt4(plan, sinkAt(sink, layout.root.start), {
    size: layout.root.size,
    uuid: finishDigest,
    label: ROOT_NAME,
  });
  if (ids === undefined) throw new RangeError("the root file system was written without asking for its id");

  writeFat32(sinkAt(sink, layout.esp.start), {
    size: layout.esp.size,
    files: boot.files,
    volumeId: ids.espVolume,
    label: ESP_LABEL,
    time: epoch,
    hiddenSectors: layout.esp.start / SECTOR_SIZE,
  });
  writePartitionTable(sink, size, layout, ids, boot);
  sink.flush();
  files.truncate(fd, size);
  return { layout, ids, contentDigest, root };
}

/** Throws Bq2Error `image-too-small`. */
function checkRoom(plan: Ext4Plan, layout: DiskLayout, size: number): void {
  if (layout.root.size > 0 && plan.fits(layout.root.size)) return;
  const needed = diskSizeFor(layout, plan.minimumSize);
  throw new Bq2Error(
    `Cannot fit the root filesystem into a disk of ${size} bytes: ${needed} bytes are needed`,
    { code: "image-too-small", hint: `give at least --size ${needed / MIB}M; more leaves room to work` },
  );
}

function writePartitionTable(
  sink: FileSink,
  diskSize: number,
  layout: DiskLayout,
  ids: DiskIds,
  boot: BootFiles,
): void {
  const sectors = ({ start, size }: PartitionRange) => ({
    firstSector: start / SECTOR_SIZE,
    sectorCount: size / SECTOR_SIZE,
  });
  writeGpt(sink, {
    diskId: ids.disk,
    diskSize,
    partitions: [
      { type: ESP_TYPE, id: ids.espPartition, name: ESP_NAME, ...sectors(layout.esp) },
      {
        type: ARCHES[boot.arch].rootPartitionType,
        id: ids.rootPartition,
        name: ROOT_NAME,
        ...sectors(layout.root),
      },
    ],
  });
}
