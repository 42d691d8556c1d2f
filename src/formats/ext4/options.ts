/** What a caller says about a new file system, and which values are allowed. */
import { Bq2Error } from "../../base/error.ts";
import { nameToBytes } from "../../base/text.ts";
import type { PlanOptions } from "./plan.ts";
import { LABEL_BYTES } from "./superblock.ts";

export interface Ext4Options extends PlanOptions {
  /** Bytes of the image: at least 8 MiB, at most 16 TiB; what is over whole blocks stays unused. */
  readonly size: number;
  /**
   * 16 bytes. A function is called when all but superblocks and the journal's first block is written, so that the
   * UUID may be taken from a digest of what was.
   */
  readonly uuid: Uint8Array | (() => Uint8Array);
  /** Up to 16 bytes as UTF-8; none unless told. */
  readonly label?: string | undefined;
  /** Percent of the blocks kept for the superuser, 0 to 50; 5 unless told. */
  readonly reservedPercent?: number | undefined;
}

const ID_BYTES = 16;
export const DEFAULT_RESERVED_PERCENT = 5; // mke2fs -m
const MAX_RESERVED_PERCENT = 50; // mke2fs refuses more
const MIN_BYTES_PER_INODE = 1024; // likewise (EXT2_MIN_BLOCK_SIZE)

/** Throws a Bq2Error `bad-option`. */
export function checkOptions(options: Ext4Options): void {
  const { size, epoch, hashSeed, label = "", reservedPercent = 0, bytesPerInode } = options;
  check(Number.isSafeInteger(size) && size > 0, "a size in bytes", size);
  check(
    Number.isInteger(epoch) && epoch >= 0 && epoch < 2 ** 32,
    "an epoch from 0 to 2^32 - 1 seconds",
    epoch,
  );
  check(hashSeed.length === ID_BYTES, `a hash seed of ${ID_BYTES} bytes`, hashSeed.length);
  check(nameToBytes(label).length <= LABEL_BYTES, `a label of up to ${LABEL_BYTES} bytes`, label);
  const isPercent = reservedPercent >= 0 && reservedPercent <= MAX_RESERVED_PERCENT;
  check(isPercent, `0 to ${MAX_RESERVED_PERCENT} percent reserved`, reservedPercent);
  const isRatio = bytesPerInode === undefined || bytesPerInode >= MIN_BYTES_PER_INODE;
  check(isRatio, `${MIN_BYTES_PER_INODE} or more bytes per inode`, bytesPerInode);
  if (typeof options.uuid !== "function") checkUuid(options.uuid);
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
