/** Disks and partitions, block by block (UEFI 2.10, 13.9). */
import { address } from "bq2:firmware";
import { BLOCK_IO } from "./guid.ts";
import { handlesOf, protocolOf } from "./protocols.ts";
import { type Interface, type Pointer, viewAt } from "./words.ts";

/** 13.9: EFI_BLOCK_IO_PROTOCOL. */
const OFFSETS = { media: 8, readBlocks: 24, writeBlocks: 32, flushBlocks: 40 };
/** 13.9: EFI_BLOCK_IO_MEDIA. */
const MEDIA = {
  size: 32,
  mediaId: 0,
  present: 5,
  partition: 6,
  readOnly: 7,
  blockSize: 12,
  ioAlign: 16,
  lastBlock: 24,
};

export interface BlockDevice {
  readonly handle: Pointer;
  readonly isPartition: boolean;
  readonly isReadOnly: boolean;
  /** Bytes. */
  readonly blockSize: number;
  readonly blockCount: bigint;
  read(firstBlock: bigint, blockCount: number): Uint8Array;
  /** Writes whole blocks. Throws RangeError for `bytes` of any other length. */
  write(firstBlock: bigint, bytes: Uint8Array): void;
  flush(): void;
}

/** All disks and partitions that have a medium. */
export function blockDevices(): BlockDevice[] {
  return handlesOf(BLOCK_IO).flatMap((handle) => {
    const protocol = protocolOf(handle, BLOCK_IO);
    const media = viewAt(protocol.word(OFFSETS.media), MEDIA.size);
    return media.getUint8(MEDIA.present) === 0 ? [] : [deviceOf(handle, protocol, media)];
  });
}

function deviceOf(handle: Pointer, protocol: Interface, media: DataView): BlockDevice {
  const mediaId = media.getUint32(MEDIA.mediaId, true);
  const blockSize = media.getUint32(MEDIA.blockSize, true);
  const alignment = media.getUint32(MEDIA.ioAlign, true);
  return {
    handle,
    isPartition: media.getUint8(MEDIA.partition) !== 0,
    isReadOnly: media.getUint8(MEDIA.readOnly) !== 0,
    blockSize,
    blockCount: media.getBigUint64(MEDIA.lastBlock, true) + 1n,
    read(firstBlock, blockCount) {
      const bytes = aligned(blockCount * blockSize, alignment);
      protocol.method("read blocks", OFFSETS.readBlocks, mediaId, firstBlock, bytes.length, bytes);
      return bytes;
    },
    write(firstBlock, bytes) {
      if (bytes.length % blockSize !== 0)
        throw new RangeError(`whole blocks of ${blockSize} bytes are wanted`);
      const copy = aligned(bytes.length, alignment);
      copy.set(bytes);
      protocol.method("write blocks", OFFSETS.writeBlocks, mediaId, firstBlock, copy.length, copy);
    },
    flush() {
      protocol.method("flush blocks", OFFSETS.flushBlocks);
    },
  };
}

/** Bytes whose address is a multiple of `alignment` (13.9, IoAlign: 0 and 1 require none). */
function aligned(size: number, alignment: number): Uint8Array {
  const room = new Uint8Array(size + alignment);
  const beyond = alignment < 2 ? 0 : Number(address(room) % BigInt(alignment));
  const start = beyond === 0 ? 0 : alignment - beyond;
  return room.subarray(start, start + size);
}
