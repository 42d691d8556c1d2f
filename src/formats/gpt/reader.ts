/**
 * Finds a partition by its type in the table at the front of a disk (UEFI 2.10, 5.3). Checksums are not
 * verified.
 */

import type { ReadDisk } from "../qcow2/reader.ts";
import { GptEntry, GptHeader, SECTOR_SIZE } from "./gpt.ts";
import { bytesToGuid, type Guid } from "./guid.ts";

/** A header with more is not a partition table. */
const MOST_ENTRIES = 1024;

/** Offset of the first partition of that type; `undefined` if there is none, or no such table. */
export async function findPartition(read: ReadDisk, type: Guid): Promise<number | undefined> {
  const header = GptHeader.decode(await read(SECTOR_SIZE, GptHeader.size));
  const { signature, entriesSector, entryCount, entrySize } = header;
  if (signature !== "EFI PART" || entrySize < GptEntry.size || entryCount > MOST_ENTRIES) return undefined;
  const table = await read(entriesSector * SECTOR_SIZE, entryCount * entrySize);
  for (let index = 0; index < entryCount; index++) {
    const { typeGuid, firstSector } = GptEntry.decode(table, index * entrySize);
    if (bytesToGuid(typeGuid) === type) return firstSector * SECTOR_SIZE;
  }
  return undefined;
}
