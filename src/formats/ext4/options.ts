/** What a caller says about a new file system, and which values are allowed. */
import { Bq2Error } from "../../base/error.ts";
import { nameToBytes } from "../../base/text.ts";
import { LABEL_BYTES } from "./superblock.ts";

export interface PlanOptions {
  /** Seeds the hashes of names: 16 bytes. */
  readonly hashSeed: Uint8Array;
  /** Seconds since 1970, 0 to 2^32 - 1: ctime, atime and crtime of all, and the superblock's times. */
  readonly epoch: number;
  /** One inode for so many bytes of the image, and at least a tenth more than the tree takes; by default 16384. */
  readonly bytesPerInode?: number | undefined;
}

export interface Ext4Options {
  /** Bytes of the image: at least 8 MiB, at most 16 TiB; a rest that is no whole block stays unused. */
  readonly size: number;
  /**
   * 16 bytes. A function is called when all but superblocks and the journal's first block is written, so that the
   * UUID may be taken from a digest of what was.
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
const MIN_BYTES_PER_INODE = 1024; // likewise (EXT2_MIN_BLOCK_SIZE)

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
