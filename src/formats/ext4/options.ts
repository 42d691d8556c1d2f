/** A caller's options for a new file system, and their allowed values. */
import { Bq2Error } from "../../base/error.ts";
import { nameToBytes } from "../../base/text.ts";
import { LABEL_BYTES } from "./superblock.ts";

export interface PlanOptions {
  /** Seeds the hashes of names: 16 bytes. */
  readonly hashSeed: Uint8Array;
  /**
   * Seconds since 1970, 0 to 2^32 - 1: ctime, atime and crtime of all inodes, and the times in the
   * superblock.
   */
  readonly epoch: number;
  /**
   * Bytes of the image per inode, by default 16384; there are at least a tenth more inodes than the tree
   * needs.
   */
  readonly bytesPerInode?: number | undefined;
}

export interface Ext4Options {
  /** Bytes of the image: at least 8 MiB, at most 16 TiB; a partial last block is not used. */
  readonly size: number;
  /**
   * 16 bytes. A function is called when everything but the superblocks and the journal's first block has been
   * written, so that the UUID can come from a digest of that.
   */
  readonly uuid: Uint8Array | (() => Uint8Array);
  /** Up to 16 bytes as UTF-8; by default none. */
  readonly label?: string | undefined;
  /** Percent of the blocks kept for the superuser, 0 to 50; by default 5. */
  readonly reservedPercent?: number | undefined;
}

const ID_BYTES = 16;
export const DEFAULT_RESERVED_PERCENT = 5; // mke2fs -m
const MAX_RESERVED_PERCENT = 50; // mke2fs refuses more
const MIN_BYTES_PER_INODE = 1024; // mke2fs refuses less (EXT2_MIN_BLOCK_SIZE)

/** Throws a Bq2Error `bad-option`. */
export function checkPlanOptions({ epoch, hashSeed, bytesPerInode }: PlanOptions): void {
  check(
    Number.isInteger(epoch) && epoch >= 0 && epoch < 2 ** 32,
    "an epoch from 0 to 2^32 - 1 seconds",
    epoch,
  );
  check(hashSeed.length === ID_BYTES, `a hash seed of ${ID_BYTES} bytes`, hashSeed.length);
  const isRatio = bytesPerInode === undefined || bytesPerInode >= MIN_BYTES_PER_INODE;
  check(isRatio, `${MIN_BYTES_PER_INODE} or more bytes per inode`, bytesPerInode);
}

/** Throws a Bq2Error `bad-option`. */
export function checkOptions({ size, label = "", reservedPercent = 0, uuid }: Ext4Options): void {
  check(Number.isSafeInteger(size) && size > 0, "a size in bytes", size);
  check(nameToBytes(label).length <= LABEL_BYTES, `a label of up to ${LABEL_BYTES} bytes`, label);
  const isPercent = reservedPercent >= 0 && reservedPercent <= MAX_RESERVED_PERCENT;
  check(isPercent, `0 to ${MAX_RESERVED_PERCENT} percent reserved`, reservedPercent);
  if (typeof uuid !== "function") checkUuid(uuid);
}

/** Throws a Bq2Error `bad-option`. */
export function checkUuid(uuid: Uint8Array): void {
  check(uuid.length === ID_BYTES, `a UUID of ${ID_BYTES} bytes`, uuid.length);
}

function check(isRight: boolean, wanted: string, found: unknown): void {
  if (isRight) return;
  throw new Bq2Error(`Cannot write ext4: ${wanted} is wanted, found ${String(found)}`, {
    code: "bad-option",
  });
}
