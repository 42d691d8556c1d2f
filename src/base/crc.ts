/** Reflected 32-bit CRCs of metadata, eight bytes per round ("slicing by 8"). The platform does bulk data. */

const IEEE = 0xedb88320; // ISO-HDLC, reflected: gzip (RFC 1952, 8), GPT (UEFI 2.10, 5.3.2), PNG
const CASTAGNOLI = 0x82f63b78; // CRC-32C, reflected: ext4 metadata_csum, iSCSI (RFC 3720, B.4)

function makeTables(polynomial: number): Uint32Array[] {
  const tables = Array.from({ length: 8 }, () => new Uint32Array(256));
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ polynomial : c >>> 1;
    (tables[0] as Uint32Array)[n] = c >>> 0;
  }
  for (let n = 0; n < 256; n++) {
    for (let k = 1; k < 8; k++) {
      const previous = (tables[k - 1] as Uint32Array)[n] as number;
      (tables[k] as Uint32Array)[n] =
        (previous >>> 8) ^ ((tables[0] as Uint32Array)[previous & 0xff] as number);
    }
  }
  return tables;
}

function update(tables: readonly Uint32Array[], bytes: Uint8Array, start: number): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  let c = start;
  let i = 0;
  const b = bytes as unknown as readonly number[] & { readonly length: number };
  for (const end = bytes.length - 7; i < end; i += 8) {
    const low =
      c ^
      ((b[i] as number) |
        ((b[i + 1] as number) << 8) |
        ((b[i + 2] as number) << 16) |
        ((b[i + 3] as number) << 24));
    c =
      (t7[low & 0xff] as number) ^
      (t6[(low >>> 8) & 0xff] as number) ^
      (t5[(low >>> 16) & 0xff] as number) ^
      (t4[low >>> 24] as number) ^
      (t3[b[i + 4] as number] as number) ^
      (t2[b[i + 5] as number] as number) ^
      (t1[b[i + 6] as number] as number) ^
      (t0[b[i + 7] as number] as number);
  }
  for (; i < bytes.length; i++) c = (c >>> 8) ^ (t0[(c ^ (b[i] as number)) & 0xff] as number);
  return c;
}

let ieee: Uint32Array[] | undefined;
let castagnoli: Uint32Array[] | undefined;

/** CRC-32 as gzip, zip and GPT use it. Pass the last result as `previous` to continue. */
export function crc32(bytes: Uint8Array, previous = 0): number {
  ieee ??= makeTables(IEEE);
  return ~update(ieee, bytes, ~previous) >>> 0;
}

/**
 * CRC-32C without the final inversion, from a raw starting value: the form that ext4 stores and
 * chains (Linux, fs/ext4/ext4.h: `ext4_chksum`). The usual CRC-32C is `~crc32c(bytes, ~0) >>> 0`.
 */
export function crc32c(bytes: Uint8Array, start: number): number {
  castagnoli ??= makeTables(CASTAGNOLI);
  return update(castagnoli, bytes, start) >>> 0;
}
