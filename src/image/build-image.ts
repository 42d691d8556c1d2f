/**
 * `bq2 image`: a disk image that boots under UEFI, from any root filesystem and kernel.
 *
 * The raw disk is written first, sparse; a QCOW2 is made from it. The same input gives the same raw bytes; a
 * compressed QCOW2 depends on the engine's zlib too.
 */
import type { Arch } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import { ESP_NAME } from "../formats/boot-entries.ts";
import { SECTOR_SIZE } from "../formats/gpt/gpt.ts";
import type { Guid } from "../formats/gpt/guid.ts";
import { writeQcow2 } from "../formats/qcow2/writer.ts";
import type { Content, Tree } from "../formats/tree.ts";
import type { Platform } from "../platform/platform.ts";
import { contentSha256 } from "../trees/content-sha256.ts";
import { FileSink } from "../trees/file-sink.ts";
import { OpenFiles } from "../trees/open-files.ts";
import { withScratchFile, writePartialFile } from "../trees/partial-file.ts";
import { bootFiles } from "./boot-files.ts";
import { type BootFiles, type BootOptions, bootPath } from "./boot-sources.ts";
import { DEFAULT_DISK_SIZE } from "./layout.ts";
import { withMountPoints } from "./mount-points.ts";
import { type RawDisk, ROOT_NAME, writeRawDisk } from "./raw-disk.ts";

export interface ImageOptions extends BootOptions {
  /** /dev, /proc, /run, /sys and /tmp are added where they are missing: PID 1 mounts on them. */
  readonly rootfs: Tree;
  /** Absolute path of the image; replaced when the new one is whole. */
  readonly output: string;
  readonly format: "qcow2" | "raw";
  /** Compresses a QCOW2's clusters; a raw image cannot be compressed. */
  readonly compress: boolean;
  /** Bytes of the disk, a multiple of 512; {@link DEFAULT_DISK_SIZE} unless told. */
  readonly size?: number | undefined;
  /** Seconds since 1970 (SOURCE_DATE_EPOCH), for all times that the root filesystem does not say. */
  readonly epoch: number;
  /** Whether {@link ImageSummary.rawSha256} is wanted; it costs a pass over the whole disk. */
  readonly wantsRawDigest: boolean;
  readonly onProgress?: ((progress: ImageProgress) => void) | undefined;
}

export interface ImageProgress {
  /** `write`: the raw disk (`total` unknown); `convert`: to QCOW2; `digest`: its sha256. */
  readonly stage: "write" | "convert" | "digest";
  readonly doneBytes: number;
  readonly totalBytes: number | undefined;
}

export interface PartitionSummary {
  readonly number: number;
  readonly name: string;
  readonly fileSystem: "FAT32" | "ext4";
  readonly id: Guid;
  /** Bytes from the start of the disk. */
  readonly start: number;
  readonly size: number;
}

export interface ImageSummary {
  readonly output: string;
  readonly format: "qcow2" | "raw";
  /** Bytes of the disk, and of the file that holds it. */
  readonly diskSize: number;
  readonly fileSize: number;
  readonly arch: Arch;
  readonly kernelVersion: string | undefined;
  /** What firmware starts, and how it was made. */
  readonly bootPath: string;
  readonly bootKind: BootFiles["kind"];
  readonly commandLine: string | undefined;
  /** sha256 of all that the image is made of; its ids follow from it. */
  readonly contentDigest: string;
  readonly rawSha256: string | undefined;
  readonly partitions: readonly PartitionSummary[];
  readonly root: { readonly entries: number; readonly freeBytes: number; readonly freeInodes: number };
}

/**
 * Makes the image. Nothing stands under `output` before it is whole; on failure nothing is left beside it
 * either (after a kill: `*.partial`, which the next run takes over).
 *
 * Throws {@link Bq2Error}: `image-too-small` (says the size that is needed), `bad-disk-size`, `bad-option`, `output-busy`, those
 * of {@link bootFiles} and of the file systems' writers, and the system's, such as `ENOSPC`.
 */
export async function buildImage(platform: Platform, options: ImageOptions): Promise<ImageSummary> {
  const { files } = platform;
  const size = options.size ?? DEFAULT_DISK_SIZE;
  checkOptions(options, size);
  const sources = new OpenFiles(files);
  try {
    const rootfs = withMountPoints(options.rootfs, options.epoch);
    const boot = bootFiles(platform, sources, rootfs, options);
    const job: Job = { platform, options, sources, rootfs, boot, size };
    const done = options.format === "raw" ? await writeRaw(job) : await writeFromRaw(job);
    return summaryOf(job, done);
  } finally {
    sources.closeAll();
  }
}

interface Job {
  readonly platform: Platform;
  readonly options: ImageOptions;
  readonly sources: OpenFiles;
  readonly rootfs: Tree;
  readonly boot: BootFiles;
  readonly size: number;
}

interface Written {
  readonly disk: RawDisk;
  readonly rawSha256: string | undefined;
}

function writeRaw(job: Job): Promise<Written> {
  const { files } = job.platform;
  return writePartialFile(files, job.options.output, (fd, path) => fillDisk(job, fd, path));
}

/** The raw disk is a scratch file beside the output. */
function writeFromRaw(job: Job): Promise<Written> {
  const { platform, options } = job;
  const { files, bulk } = platform;
  const rawPath = `${options.output}.raw.partial`;
  return withScratchFile(files, rawPath, async (rawFd) => {
    const written = fillDisk(job, rawFd, rawPath);
    const disk = job.sources.contentOf(rawPath, job.size);
    await writePartialFile(files, options.output, async (fd) => {
      const sink = new FileSink(files, fd);
      const onProgress = (doneBytes: number) => report(job, "convert", doneBytes, job.size);
      const length = await writeQcow2(disk, sink, { compress: options.compress, bulk, onProgress });
      sink.flush();
      files.truncate(fd, length);
    });
    return written;
  });
}

function fillDisk(job: Job, fd: number, path: string): Written {
  const { platform, options, rootfs, boot, size } = job;
  const disk = writeRawDisk(platform.files, platform.bulk, fd, {
    rootfs,
    boot,
    size,
    epoch: options.epoch,
    onProgress: (doneBytes) => report(job, "write", doneBytes, undefined),
  });
  const raw: Content = job.sources.contentOf(path, size);
  const rawSha256 = options.wantsRawDigest
    ? contentSha256(platform.bulk, raw, (doneBytes) => report(job, "digest", doneBytes, size))
    : undefined;
  return { disk, rawSha256 };
}

function report(
  job: Job,
  stage: ImageProgress["stage"],
  doneBytes: number,
  totalBytes: number | undefined,
): void {
  job.options.onProgress?.({ stage, doneBytes, totalBytes });
}

function summaryOf(job: Job, { disk, rawSha256 }: Written): ImageSummary {
  const { boot, options, size } = job;
  const BLOCK_SIZE = disk.root.size / disk.root.blocks;
  return {
    output: options.output,
    format: options.format,
    diskSize: size,
    fileSize: job.platform.files.statusFollowed(options.output)?.size ?? 0,
    arch: boot.arch,
    kernelVersion: boot.kernelVersion,
    bootPath: bootPath(boot.arch),
    bootKind: boot.kind,
    commandLine: boot.commandLine,
    contentDigest: disk.contentDigest,
    rawSha256,
    partitions: [
      { number: 1, name: ESP_NAME, fileSystem: "FAT32", id: disk.ids.espPartition, ...disk.layout.esp },
      { number: 2, name: ROOT_NAME, fileSystem: "ext4", id: disk.ids.rootPartition, ...disk.layout.root },
    ],
    root: {
      entries: job.rootfs.length,
      freeBytes: disk.root.freeBlocks * BLOCK_SIZE,
      freeInodes: disk.root.freeInodes,
    },
  };
}

function checkOptions(options: ImageOptions, size: number): void {
  if (!Number.isSafeInteger(size) || size <= 0 || size % SECTOR_SIZE !== 0) {
    throw new Bq2Error(`Cannot make a disk of ${size} bytes: a multiple of ${SECTOR_SIZE} wanted`, {
      code: "bad-disk-size",
      hint: "give a size such as 8G or 2048M",
    });
  }
  if (options.format === "raw" && options.compress) {
    throw new Bq2Error("Cannot compress a raw image: only QCOW2 has compressed clusters", {
      code: "bad-option",
      hint: "leave --compress out, or use --format qcow2",
    });
  }
}
