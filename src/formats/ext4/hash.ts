/**
 * The half-MD4 hash by which a hashed directory finds names, over unsigned bytes.
 * Source: Linux, fs/ext4/hash.c (`half_md4_transform`, `str2hashbuf_unsigned`, `__ext4fs_dirhash`).
 */
import { struct, u32 } from "../../base/struct.ts";

const CHUNK_BYTES = 32;
const CHUNK_WORDS = CHUNK_BYTES / 4;
/** MD4's starting values (RFC 1320, 3.3), used if the seed is all zeros. */
const MD4_START = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476] as const;
/** The constants of MD4's three rounds (RFC 1320, 3.4). */
const ROUND_CONSTANTS = [0, 0x5a827999, 0x6ed9eba1] as const;
/** A hash that marks the end of a directory for readers (EXT4_HTREE_EOF_32BIT), never given to a name. */
const END_OF_DIRECTORY = 0xfffffffe;

const SeedWords = struct("s_hash_seed", 16, { a: u32, b: u32, c: u32, d: u32 });

export interface NameHash {
  /** The low bit is always 0: the index uses it. */
  readonly major: number;
  readonly minor: number;
}

/** A function that hashes names with one seed (16 bytes, the superblock's `s_hash_seed`). */
export type NameHasher = (name: Uint8Array) => NameHash;

export function nameHasher(seed: Uint8Array): NameHasher {
  const words = SeedWords.decode(seed);
  const start = seed.some((byte) => byte !== 0) ? [words.a, words.b, words.c, words.d] : MD4_START;
  const chunk = new Uint32Array(CHUNK_WORDS);
  const state = new Uint32Array(4);
  return (name) => {
    state.set(start);
    for (let from = 0; from < name.length; from += CHUNK_BYTES) {
      packChunk(name, from, chunk);
      transform(state, chunk);
    }
    const major = ((state[1] as number) & ~1) >>> 0;
    return { major: major === END_OF_DIRECTORY ? END_OF_DIRECTORY - 2 : major, minor: state[2] as number };
  };
}

/** Up to 32 bytes of the name as big-endian words; what is missing is padded with the remaining length. */
function packChunk(name: Uint8Array, from: number, chunk: Uint32Array): void {
  const remaining = name.length - from;
  const padding = (remaining & 0xff) * 0x01010101;
  for (let word = 0; word < CHUNK_WORDS; word++) {
    let value = padding;
    for (let i = word * 4; i < Math.min(word * 4 + 4, remaining); i++)
      value = (value << 8) + (name[from + i] as number);
    chunk[word] = value;
  }
}

function transform(state: Uint32Array, input: Uint32Array): void {
  const [k1, k2, k3] = ROUND_CONSTANTS;
  const word = (i: number) => input[i] as number;
  let [a, b, c, d] = state as unknown as [number, number, number, number];
  for (const i of [0, 4]) {
    a = rotate(a + select(b, c, d) + word(i) + k1, 3);
    d = rotate(d + select(a, b, c) + word(i + 1) + k1, 7);
    c = rotate(c + select(d, a, b) + word(i + 2) + k1, 11);
    b = rotate(b + select(c, d, a) + word(i + 3) + k1, 19);
  }
  for (const i of [1, 0]) {
    a = rotate(a + majority(b, c, d) + word(i) + k2, 3);
    d = rotate(d + majority(a, b, c) + word(i + 2) + k2, 5);
    c = rotate(c + majority(d, a, b) + word(i + 4) + k2, 9);
    b = rotate(b + majority(c, d, a) + word(i + 6) + k2, 13);
  }
  for (const i of [3, 1]) {
    a = rotate(a + parity(b, c, d) + word(i) + k3, 3);
    d = rotate(d + parity(a, b, c) + word(i + 4) + k3, 9);
    c = rotate(c + parity(d, a, b) + word(i - 1) + k3, 11);
    b = rotate(b + parity(c, d, a) + word(i + 3) + k3, 15);
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
}

const select = (x: number, y: number, z: number): number => z ^ (x & (y ^ z));
const majority = (x: number, y: number, z: number): number => (x & y) + ((x ^ y) & z);
const parity = (x: number, y: number, z: number): number => x ^ y ^ z;

/** Left rotation of the low 32 bits of a sum (below 2^53, so that no bit of it is lost). */
function rotate(value: number, bits: number): number {
  return (value << bits) | ((value | 0) >>> (32 - bits));
}
