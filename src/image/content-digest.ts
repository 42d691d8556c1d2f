/**
 * A digest of everything that a disk is made of, and the ids derived from it: the same content gives the same
 * ids, different content different ones, and nothing is random.
 */
import { fromHex } from "../base/bytes.ts";
import { canonicalJson, type Json } from "../base/json.ts";
import { encodeUtf8 } from "../base/text.ts";
import { type Guid, guidFromDigest } from "../formats/gpt/guid.ts";
import type { Content } from "../formats/tree.ts";
import type { Bulk, Hasher } from "../platform/platform.ts";
import { hashContent } from "../trees/content-sha256.ts";

/** Digests what a disk is made of, in a fixed order. */
export class ContentDigest {
  readonly #hasher: Hasher;

  constructor(bulk: Pick<Bulk, "sha256">) {
    this.#hasher = bulk.sha256();
  }

  addFacts(facts: Json): void {
    this.#hasher.update(encodeUtf8(`${canonicalJson(facts)}\n`));
  }

  addContent(content: Content): void {
    this.addFacts({ size: content.size });
    hashContent(this.#hasher, content);
  }

  /** Bytes as they are written to the disk, with their offset. */
  addWrite(bytes: Uint8Array, offset: number): void {
    // The text that addFacts would give, built by hand: an image has 100,000 writes.
    this.#hasher.update(encodeUtf8(`{"length":${bytes.length},"offset":${offset}}\n`));
    this.#hasher.update(bytes);
  }

  /** Lower-case hexadecimal. Nothing can be added afterwards. */
  finish(): string {
    return this.#hasher.digest();
  }
}

export interface DiskIds {
  readonly disk: Guid;
  readonly espPartition: Guid;
  readonly rootPartition: Guid;
  /** As ext4 stores it: 16 bytes in the order of the text form. */
  readonly rootFileSystem: Uint8Array;
  /** FAT's serial number, 32 bits. */
  readonly espVolume: number;
}

/** The ids for a disk with content `digest` (hexadecimal). */
export function idsFrom(bulk: Pick<Bulk, "sha256">, digest: string): DiskIds {
  const derive = (purpose: string): Uint8Array => {
    const hasher = bulk.sha256();
    hasher.update(encodeUtf8(`bq2 ${purpose} ${digest}`));
    return fromHex(hasher.digest());
  };
  return {
    disk: guidFromDigest(derive("disk")),
    espPartition: guidFromDigest(derive("esp-partition")),
    rootPartition: guidFromDigest(derive("root-partition")),
    rootFileSystem: uuidBytes(guidFromDigest(derive("root-file-system"))),
    espVolume: new DataView(derive("esp-volume").buffer).getUint32(0, true),
  };
}

/** RFC 9562 text order, big-endian throughout, unlike a GUID's bytes on disk. */
function uuidBytes(guid: Guid): Uint8Array {
  return fromHex(guid.replaceAll("-", ""));
}
