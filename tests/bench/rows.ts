/**
 * The rows of the benchmark: our way and the usual way to do the same work, as argv lists that run in order.
 * `ours` are small programs that use the library (`ours/*.ts`), or commands of `bq2`.
 */
import { join } from "node:path";

export interface Row {
  readonly name: string;
  /** The tools that it is compared with, for the table. */
  readonly against: string;
  /** Aims: our wall time as a multiple of theirs, and our peak memory. */
  readonly maxRatio: number;
  readonly maxPeakMiB?: number;
  readonly inputs: readonly InputName[];
  /** Makes further inputs of both; run once, not measured. */
  readonly setup: readonly (readonly string[])[];
  readonly ours: readonly (readonly string[])[];
  readonly theirs: readonly (readonly string[])[];
}

export type InputName = "tree" | "linux";

export interface Places {
  /** Inputs, kept between runs. */
  readonly tree: string;
  readonly linuxArchive: string;
  /** The source cache that has the archive. */
  readonly cache: string;
  /** Outputs: emptied before each measurement. */
  readonly out: string;
  /** Made by `setup`, kept while the row runs. */
  readonly kept: string;
  /** Any small EFI executable. */
  readonly kernel: string;
  /** The argv prefix that runs `ours/<name>.ts`. */
  ours(name: string): readonly string[];
}

const DISK_SIZE = "2G";
const ESP_SECTORS = 64 * 2048; // 64 MiB
const FIRST_SECTOR = 2048; // 1 MiB
const ROOT_OFFSET = (FIRST_SECTOR + ESP_SECTORS) * 512;
const ROOT_SIZE_KIB = 2 * 1024 * 1024 - ROOT_OFFSET / 1024 - 1024; // up to the backup of the partition table

/** GPT, FAT and ext4, written by the usual tools directly into one file. */
function usualDisk(tree: string, kernel: string, disk: string): string[][] {
  const esp = `${disk}@@${FIRST_SECTOR * 512}`;
  return [
    ["truncate", "-s", DISK_SIZE, disk],
    [
      "sgdisk",
      `--new=1:${FIRST_SECTOR}:+${ESP_SECTORS / 2}K`,
      "--typecode=1:ef00",
      "--new=2:0:0",
      "--typecode=2:8304",
      disk,
    ],
    ["mformat", "-i", esp, "-F", "-T", String(ESP_SECTORS), "::"],
    ["mmd", "-i", esp, "::/EFI", "::/EFI/BOOT"],
    ["mcopy", "-i", esp, kernel, "::/EFI/BOOT/BOOTX64.EFI"],
    ["mke2fs", "-q", "-t", "ext4", "-E", `offset=${ROOT_OFFSET}`, "-d", tree, disk, String(ROOT_SIZE_KIB)],
  ];
}

export function benchmarkRows(places: Places): readonly Row[] {
  const { tree, kernel, out, kept, linuxArchive, cache } = places;
  const out1 = join(out, "result");
  const disk = join(kept, "disk.raw");
  return [
    {
      name: "1 GB / 50,000 files → raw image",
      against: "sgdisk, mformat, mcopy, mke2fs -d",
      maxRatio: 0.7,
      maxPeakMiB: 300,
      inputs: ["tree"],
      setup: [],
      ours: [[...places.ours("image"), tree, kernel, out1]],
      // Ours is flushed to the disk before it gets its name, so theirs is flushed too.
      theirs: [...usualDisk(tree, kernel, out1), ["sync", out1]],
    },
    {
      name: "raw → compressed QCOW2",
      against: "qemu-img convert -c",
      maxRatio: 0.25,
      inputs: ["tree"],
      setup: usualDisk(tree, kernel, disk),
      ours: [[...places.ours("qcow2"), disk, out1]],
      theirs: [["qemu-img", "convert", "-c", "-O", "qcow2", disk, out1]],
    },
    {
      name: "deterministic tar.gz",
      against: "GNU tar --sort=name, gzip",
      maxRatio: 1,
      inputs: ["tree"],
      setup: [],
      ours: [[...places.ours("tarball"), tree, out1]],
      theirs: [
        [
          ...["tar", "--create", "--gzip", "--file", out1, "--sort=name", "--format=posix", "--mtime=@0"],
          ...["--pax-option=delete=atime,delete=ctime", "--owner=0", "--group=0", "--numeric-owner"],
          ...["--directory", tree, "."],
        ],
      ],
    },
    {
      name: "linux-6.12.38.tar.xz verified and unpacked",
      against: "sha256sum, tar xf",
      maxRatio: 0.9,
      inputs: ["linux"],
      setup: [],
      ours: [[...places.ours("unpack"), cache, out1]],
      theirs: [
        ["sha256sum", linuxArchive],
        ["tar", "--extract", "--file", linuxArchive, "--directory", out],
      ],
    },
  ];
}
