/**
 * The superblock: 1024 bytes at byte 1024, with copies at the start of the backup groups.
 * Source: Linux, Documentation/filesystems/ext4/super.rst; features as mke2fs 1.47 sets them, with
 * metadata_csum_seed, so that checksums do not depend on the UUID.
 */
import { crc32c } from "../../base/crc.ts";
import { ascii, bytes, reserved, struct, u8, u16, u32, u64 } from "../../base/struct.ts";
import {
  BLOCK_SIZE,
  BLOCKS_PER_GROUP,
  DESCRIPTOR_SIZE,
  INODE_SIZE,
  LOG_GROUPS_PER_FLEX,
} from "./geometry.ts";
import { HALF_MD4 } from "./htree.ts";
import { EXTRA_SIZE, FIRST_INODE, JOURNAL_INODE } from "./inode.ts";

export const SUPERBLOCK_SIZE = 1024;
export const LABEL_BYTES = 16;

/** Kernels that do not know a feature may still mount. */
const COMPATIBLE = {
  hasJournal: 0x4,
  extendedAttributes: 0x8,
  resizeInode: 0x10,
  directoryIndex: 0x20,
};
/** Kernels that do not know a feature must not mount. */
const INCOMPATIBLE = {
  fileTypes: 0x2,
  extents: 0x40,
  bits64: 0x80,
  flexibleGroups: 0x200,
  checksumSeed: 0x2000,
};
/** Kernels that do not know a feature may mount for reading. */
const READ_ONLY_COMPATIBLE = {
  sparseBackups: 0x1,
  largeFiles: 0x2,
  hugeFiles: 0x8,
  manySubfolders: 0x20, // dir_nlink
  extraInodeSize: 0x40,
  metadataChecksums: 0x400,
};

const MAGIC = 0xef53;
const STATE_CLEAN = 1; // EXT4_VALID_FS
const ERRORS_CONTINUE = 1; // EXT4_ERRORS_CONTINUE
const REVISION_DYNAMIC = 1; // EXT4_DYNAMIC_REV
const NO_MOUNT_LIMIT = 0xffff; // -1: no check after a number of mounts
const JOURNAL_BACKUP_BLOCKS = 1; // EXT3_JNL_BACKUP_BLOCKS
const DEFAULT_MOUNT_OPTIONS = 0x4 | 0x8; // EXT4_DEFM_XATTR_USER, EXT4_DEFM_ACL
const UNSIGNED_HASH = 0x2; // EXT2_FLAGS_UNSIGNED_HASH: names are hashed as unsigned bytes on every machine
const CHECKSUM_CRC32C = 1; // EXT4_CRC32C_CHKSUM

const Superblock = struct("ext4_super_block", SUPERBLOCK_SIZE, {
  inodes: u32,
  blocksLow: u32,
  reservedBlocksLow: u32,
  freeBlocksLow: u32,
  freeInodes: u32,
  firstDataBlock: u32,
  logBlockSize: u32,
  logClusterSize: u32,
  blocksPerGroup: u32,
  clustersPerGroup: u32,
  inodesPerGroup: u32,
  mountTime: u32,
  writeTime: u32,
  mountCount: u16,
  maxMountCount: u16,
  magic: u16,
  state: u16,
  errors: u16,
  minorRevision: u16,
  lastCheck: u32,
  checkInterval: u32,
  creatorOs: u32,
  revision: u32,
  reservedUid: u16,
  reservedGid: u16,
  firstInode: u32,
  inodeSize: u16,
  groupNumber: u16,
  compatible: u32,
  incompatible: u32,
  readOnlyCompatible: u32,
  uuid: bytes(16),
  label: bytes(LABEL_BYTES),
  lastMounted: ascii(64),
  algorithms: u32,
  preallocatedBlocks: u8,
  preallocatedFolderBlocks: u8,
  reservedDescriptorBlocks: u16,
  journalUuid: bytes(16),
  journalInode: u32,
  journalDevice: u32,
  lastOrphan: u32,
  hashSeed: bytes(16),
  hashVersion: u8,
  journalBackupType: u8,
  descriptorSize: u16,
  defaultMountOptions: u32,
  firstMetaGroup: u32,
  makeTime: u32,
  journalBlocks: bytes(60),
  journalSizeHigh: u32,
  journalSizeLow: u32,
  blocksHigh: u32,
  reservedBlocksHigh: u32,
  freeBlocksHigh: u32,
  minExtraSize: u16,
  wantExtraSize: u16,
  flags: u32,
  raidStride: u16,
  mmpInterval: u16,
  mmpBlock: u64,
  raidStripe: u32,
  logGroupsPerFlex: u8,
  checksumType: u8,
  reservedPad: u16,
  kibibytesWritten: u64,
  /** Snapshots, errors seen, mount options, quotas: nothing yet. */
  snapshotsToQuotas: reserved(0x248 - 0x180),
  overheadBlocks: u32,
  backupsToProject: reserved(0x270 - 0x24c),
  checksumSeed: u32,
  rest: reserved(0x3fc - 0x274),
  checksum: u32,
});

export interface SuperblockValues {
  readonly inodes: number;
  readonly blocks: number;
  /** For the superuser only. */
  readonly reservedBlocks: number;
  readonly freeBlocks: number;
  readonly freeInodes: number;
  readonly inodesPerGroup: number;
  readonly reservedDescriptorBlocks: number;
  /** Metadata and journal, in blocks. */
  readonly overheadBlocks: number;
  /** Seconds since 1970: made, written and checked at that time. */
  readonly epoch: number;
  readonly uuid: Uint8Array;
  readonly label: Uint8Array;
  readonly hashSeed: Uint8Array;
  readonly checksumSeed: number;
  /** A copy of the journal inode's `i_block` and its size in bytes, for e2fsck. */
  readonly journal: { readonly iBlock: Uint8Array; readonly size: number };
}

const either = (flags: { readonly [name: string]: number }): number =>
  Object.values(flags).reduce((sum, flag) => sum | flag, 0);

/** The 1024 bytes of the superblock, for the copy in `group`. */
export function encodeSuperblock(values: SuperblockValues, group: number): Uint8Array {
  const encoded = Superblock.encode({
    ...fixedFields,
    inodes: values.inodes,
    blocksLow: values.blocks % 2 ** 32,
    blocksHigh: Math.floor(values.blocks / 2 ** 32),
    reservedBlocksLow: values.reservedBlocks % 2 ** 32,
    reservedBlocksHigh: Math.floor(values.reservedBlocks / 2 ** 32),
    freeBlocksLow: values.freeBlocks % 2 ** 32,
    freeBlocksHigh: Math.floor(values.freeBlocks / 2 ** 32),
    freeInodes: values.freeInodes,
    inodesPerGroup: values.inodesPerGroup,
    reservedDescriptorBlocks: values.reservedDescriptorBlocks,
    writeTime: values.epoch,
    lastCheck: values.epoch,
    makeTime: values.epoch,
    groupNumber: group & 0xffff,
    uuid: values.uuid,
    label: values.label,
    hashSeed: values.hashSeed,
    journalBlocks: values.journal.iBlock,
    journalSizeHigh: Math.floor(values.journal.size / 2 ** 32),
    journalSizeLow: values.journal.size % 2 ** 32,
    overheadBlocks: values.overheadBlocks,
    checksumSeed: values.checksumSeed,
  });
  const checksumAt = Superblock.offsets.checksum;
  u32.write(new DataView(encoded.buffer), checksumAt, crc32c(encoded.subarray(0, checksumAt), 0xffffffff));
  return encoded;
}

const fixedFields = {
  logBlockSize: Math.log2(BLOCK_SIZE / 1024),
  logClusterSize: Math.log2(BLOCK_SIZE / 1024),
  blocksPerGroup: BLOCKS_PER_GROUP,
  clustersPerGroup: BLOCKS_PER_GROUP,
  maxMountCount: NO_MOUNT_LIMIT,
  magic: MAGIC,
  state: STATE_CLEAN,
  errors: ERRORS_CONTINUE,
  revision: REVISION_DYNAMIC,
  firstInode: FIRST_INODE,
  inodeSize: INODE_SIZE,
  compatible: either(COMPATIBLE),
  incompatible: either(INCOMPATIBLE),
  readOnlyCompatible: either(READ_ONLY_COMPATIBLE),
  journalInode: JOURNAL_INODE,
  hashVersion: HALF_MD4,
  journalBackupType: JOURNAL_BACKUP_BLOCKS,
  descriptorSize: DESCRIPTOR_SIZE,
  defaultMountOptions: DEFAULT_MOUNT_OPTIONS,
  minExtraSize: EXTRA_SIZE,
  wantExtraSize: EXTRA_SIZE,
  flags: UNSIGNED_HASH,
  logGroupsPerFlex: LOG_GROUPS_PER_FLEX,
  checksumType: CHECKSUM_CRC32C,
};
