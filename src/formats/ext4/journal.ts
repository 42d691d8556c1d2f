/**
 * The journal: an empty one, in the file of inode 8. Its first block says that there is nothing to replay.
 * Source: Linux, Documentation/filesystems/ext4/journal.rst ("Super Block"). All fields are big-endian.
 */
import { bytes, reserved, struct, u32be } from "../../base/struct.ts";
import { BLOCK_SIZE, MAX_BLOCKS } from "./geometry.ts";

const JOURNAL_MAGIC = 0xc03b3998; // JBD2_MAGIC_NUMBER
const SUPERBLOCK_V2 = 4; // JBD2_SUPERBLOCK_V2

const JournalSuperblock = struct("journal_superblock_s", 1024, {
  magic: u32be,
  blockType: u32be,
  headerSequence: u32be,
  blockSize: u32be,
  blocks: u32be,
  firstBlock: u32be,
  firstSequence: u32be,
  /** Block where the log starts; 0: the log is empty. */
  start: u32be,
  error: u32be,
  features: reserved(12),
  uuid: bytes(16),
  userCount: u32be,
  rest: reserved(1024 - 68),
});

/**
 * File systems of up to `to` blocks get a journal of `journal` blocks (e2fsprogs,
 * `ext2fs_default_journal_size`).
 */
export const JOURNAL_SIZES: readonly { readonly to: number; readonly journal: number }[] = [
  { to: 32768 - 1, journal: 1024 },
  { to: 256 * 1024 - 1, journal: 4096 },
  { to: 512 * 1024 - 1, journal: 8192 },
  { to: 4096 * 1024 - 1, journal: 16384 },
  { to: 8192 * 1024 - 1, journal: 32768 },
  { to: 16384 * 1024 - 1, journal: 65536 },
  { to: 32768 * 1024 - 1, journal: 131072 },
  { to: MAX_BLOCKS, journal: 262144 },
];
/** Blocks (8 MiB). A smaller file system has no room for a journal. */
export const MIN_BLOCKS = 2048;

/** Blocks of the journal in a file system of `blocks` blocks. */
export function journalBlocksOf(blocks: number): number {
  return JOURNAL_SIZES.find(({ to }) => blocks <= to)?.journal ?? 0;
}

/** The first block of an empty journal. */
export function encodeJournalSuperblock(blocks: number, uuid: Uint8Array): Uint8Array {
  return JournalSuperblock.encode({
    magic: JOURNAL_MAGIC,
    blockType: SUPERBLOCK_V2,
    blockSize: BLOCK_SIZE,
    blocks,
    firstBlock: 1,
    firstSequence: 1,
    uuid,
    userCount: 1,
  });
}
