/**
 * `bq2 image`: makes a disk image that boots under UEFI, from any root filesystem and kernel.
 *
 * The raw disk is written first, sparse; a QCOW2 is made from it. The same input gives the same raw bytes; a
 * compressed QCOW2 also depends on the engine's zlib.
 */
import type { Arch } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import { ESP_NAME } from "../formats/boot-entries.ts";
import { dataChunks } from "../formats/chunks.ts";
import { SECTOR_SIZE } from "../formats/gpt/gpt.ts";
import type { Guid } from "../formats/gpt/guid.ts";
import { writeQcow2 } from "../formats/qcow2/writer.ts";
import type { Tree } from "../formats/tree.ts";
import type { Platform } from "../platform/platform.ts";
import { FileSink } from "../trees/file-sink.ts";
import { type OpenFiles, openContent } from "../trees/open-files.ts";
import type { OutputFile } from "../trees/output-file.ts";
import { bootFiles } from "./boot-files.ts";
import { type BootFileOptions, type BootFiles, bootPath } from "./boot-sources.ts";
import { DIGEST_BLOCK, type DiskDigests, DiskHasher } from "./disk-digests.ts";
import { DEFAULT_DISK_SIZE } from "./layout.ts";
import { withMountPoints } from "./mount-points.ts";
import { type RawDisk, ROOT_NAME, writeRawDisk } from "./raw-disk.ts";

/** Only QCOW2 has compressed clusters. */
export type ImageFormat = "raw" | "qcow2" | "compressed-qcow2";

export interface ImageOptions extends BootFileOptions {
  /** /dev, /proc, /run, /sys and /tmp are added if they are missing: PID 1 mounts on them. */
  readonly rootfs: Tree;
  /** Reads kernel and initrd. */
  readonly sources: OpenFiles;
  /** The image; replaced when the new one is complete. */
  readonly output: OutputFile;
  readonly format: ImageFormat;
  /** Bytes of the disk, a multiple of 512; by default {@link DEFAULT_DISK_SIZE}. */
  readonly size?: number | undefined;
  /** Seconds since 1970 (SOURCE_DATE_EPOCH), for all times that the root filesystem does not state. */
  readonly epoch: number;
  /**
   * Whether {@link ImageSummary.digests} are wanted: one of them covers every byte of the disk, even zeros.
   */
  readonly wantsDigests: boolean;
  readonly onProgress?: ((progress: ImageProgress) => void) | undefined;
}

export interface ImageProgress {
  /** `write`: the raw disk; `convert`: to QCOW2; `digest`: reading a raw disk for its digests. */
  readonly stage: "write" | "convert" | "digest";
  readonly doneBytes: number;
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
  readonly format: ImageFormat;
  /** Bytes of the disk, and of the file that holds it. */
  readonly diskSize: number;
  readonly fileSize: number;
  readonly arch: Arch;
  readonly kernelVersion: string | undefined;
  /** What firmware starts, and how it was made. */
  readonly bootPath: string;
  readonly bootKind: BootFiles["kind"];
  readonly commandLine: string | undefined;
  /** sha256 of everything that the image is made of; its ids are derived from it. */
  readonly contentDigest: string;
  readonly digests: DiskDigests | undefined;
  readonly partitions: readonly PartitionSummary[];
  readonly root: { readonly entries: number; readonly freeBytes: number; readonly freeInodes: number };
}

/**
 * Makes the image. Only a complete one appears under the output's name; a failure leaves nothing beside it.
 *
 * Throws {@link Bq2Error}: `image-too-small` (with the size needed), `bad-disk-size`, those of
 * {@link bootFiles} and of the writers of file systems, and the system's, such as `ENOSPC`.
 */
export async function buildImage(platform: Platform, options: ImageOptions): Promise<ImageSummary> {
  const size = options.size ?? DEFAULT_DISK_SIZE;
  checkDiskSize(size);
  const rootfs = withMountPoints(options.rootfs, options.epoch);
  const boot = bootFiles(platform, options.sources, rootfs, options);
  const job: Job = { platform, options, rootfs, boot, size };
  const done = options.format === "raw" ? await writeRaw(job) : await writeQcow2FromRaw(job);
  return summaryOf(job, done);
}

interface Job {
  readonly platform: Platform;
  readonly options: ImageOptions;
  readonly rootfs: Tree;
  readonly boot: BootFiles;
  readonly size: number;
}

interface Written {
  readonly disk: RawDisk;
  readonly digests: DiskDigests | undefined;
}

function writeRaw(job: Job): Promise<Written> {
  const { platform, options, size } = job;
  return options.output.replace((fd, path) => {
    const disk = fillDisk(job, fd);
    const hasher = options.wantsDigests ? new DiskHasher(platform.bulk) : undefined;
    if (hasher === undefined) return { disk, digests: undefined };
    for (const { bytes, offset } of dataChunks(openContent(platform.files, fd, path, size), DIGEST_BLOCK)) {
      hasher.add(bytes, offset);
      reportProgress(job, "digest", offset + bytes.length);
    }
    return { disk, digests: hasher.finish(size) };
  });
}

/** The raw disk is a scratch file beside the output; its digests are taken as it is read for the QCOW2. */
function writeQcow2FromRaw(job: Job): Promise<Written> {
  const { platform, options, size } = job;
  const { files, bulk } = platform;
  return options.output.withScratch("raw", async (rawFd, rawPath) => {
    const disk = fillDisk(job, rawFd);
    const hasher = options.wantsDigests ? new DiskHasher(bulk) : undefined;
    const onData = (bytes: Uint8Array, offset: number): void => {
      hasher?.add(bytes, offset);
      reportProgress(job, "convert", offset + bytes.length);
    };
    await options.output.replace(async (fd) => {
      const sink = new FileSink(files, fd);
      const compress = options.format === "compressed-qcow2";
      const raw = openContent(files, rawFd, rawPath, size);
      const length = await writeQcow2(raw, sink, { compress, bulk, onData });
      sink.flush();
      files.truncate(fd, length);
    });
    return { disk, digests: hasher?.finish(size) };
  });
}

function fillDisk(job: Job, fd: number): RawDisk {
  const { platform, options, rootfs, boot, size } = job;
  const onProgress = (doneBytes: number): void => reportProgress(job, "write", doneBytes);
  const { epoch } = options;
  return writeRawDisk(platform.files, platform.bulk, fd, { rootfs, boot, size, epoch, onProgress });
}

function reportProgress(job: Job, stage: ImageProgress["stage"], doneBytes: number): void {
  job.options.onProgress?.({ stage, doneBytes });
}

function summaryOf(job: Job, { disk, digests }: Written): ImageSummary {
  const { boot, options, size } = job;
  const BLOCK_SIZE = disk.root.size / disk.root.blocks;
  return {
    output: options.output.path,
    format: options.format,
    diskSize: size,
    fileSize: job.platform.files.statusFollowed(options.output.path)?.size ?? 0,
    arch: boot.arch,
    kernelVersion: boot.kernelVersion,
    bootPath: bootPath(boot.arch),
    bootKind: boot.kind,
    commandLine: boot.commandLine,
    contentDigest: disk.contentDigest,
    digests,
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

function checkDiskSize(size: number): void {
  if (Number.isSafeInteger(size) && size > 0 && size % SECTOR_SIZE === 0) return;
  throw new Bq2Error(`Cannot make a disk of ${size} bytes: a multiple of ${SECTOR_SIZE} wanted`, {
    code: "bad-disk-size",
    hint: "give a size such as 8G or 2048M",
  });
}
