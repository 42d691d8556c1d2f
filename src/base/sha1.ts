/** SHA-1 (FIPS 180-4, 6.1) of a few kilobytes, for formats that use it. Larger contents have a sha256. */

const BLOCK = 64;
/** FIPS 180-4, 5.3.1 and 4.2.1. */
const INITIAL = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
const CONSTANTS = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6];

export function sha1(bytes: Uint8Array): Uint8Array {
  const state = Uint32Array.from(INITIAL);
  const padded = pad(bytes);
  const view = new DataView(padded.buffer);
  for (let at = 0; at < padded.length; at += BLOCK) addBlock(state, view, at);
  const digest = new Uint8Array(20);
  state.forEach((word, i) => {
    new DataView(digest.buffer).setUint32(4 * i, word);
  });
  return digest;
}

/** Appends a one bit, zeros, and the length in bits as a 64-bit number: FIPS 180-4, 5.1.1. */
function pad(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / BLOCK) * BLOCK);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n);
  return padded;
}

function addBlock(state: Uint32Array, view: DataView, at: number): void {
  const schedule = new Uint32Array(80);
  const word = (t: number): number => schedule[t] ?? 0;
  for (let t = 0; t < 80; t++) {
    schedule[t] =
      t < 16
        ? view.getUint32(at + 4 * t)
        : rotate(word(t - 3) ^ word(t - 8) ^ word(t - 14) ^ word(t - 16), 1);
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
  for (let t = 0; t < 80; t++) {
    const next = (rotate(a, 5) + mix(t, b, c, d) + e + (CONSTANTS[Math.floor(t / 20)] ?? 0) + word(t)) >>> 0;
    [a, b, c, d, e] = [next, a, rotate(b, 30), c, d];
  }
  [a, b, c, d, e].forEach((value, i) => {
    state[i] = (state[i] ?? 0) + value;
  });
}

/** Ch, Parity, Maj and Parity: FIPS 180-4, 4.1.1. */
function mix(t: number, x: number, y: number, z: number): number {
  if (t < 20) return (x & y) ^ (~x & z);
  if (t >= 40 && t < 60) return (x & y) ^ (x & z) ^ (y & z);
  return x ^ y ^ z;
}

function rotate(word: number, bits: number): number {
  return ((word << bits) | (word >>> (32 - bits))) >>> 0;
}
