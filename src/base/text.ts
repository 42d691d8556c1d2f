/**
 * Text and bytes. File names on Linux are bytes, not text: {@link bytesToName} and
 * {@link nameToBytes} carry any name through a string without loss, mapping each byte that is not
 * valid UTF-8 to a lone surrogate U+DC80…U+DCFF (the convention of Python's PEP 383).
 *
 * Written by hand because QuickJS has neither TextEncoder nor TextDecoder.
 */

const ESCAPE_BASE = 0xdc00; // PEP 383: byte b >= 0x80 becomes U+DC00 + b

/** UTF-8 of `text`; a lone surrogate U+DC80…U+DCFF becomes the single byte that it represents. */
export function nameToBytes(text: string): Uint8Array {
  const out = new Uint8Array(text.length * 3);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code < 0x80) {
      out[length++] = code;
      continue;
    }
    if (code < 0x800) {
      out[length++] = 0xc0 | (code >> 6);
      out[length++] = 0x80 | (code & 0x3f);
      continue;
    }
    if (code >= 0xdc80 && code <= 0xdcff) {
      out[length++] = code - ESCAPE_BASE;
      continue;
    }
    const next = text.charCodeAt(i + 1);
    if (code >= 0xd800 && code <= 0xdbff && next >= 0xdc00 && next <= 0xdfff) {
      code = 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00);
      i++;
      out[length++] = 0xf0 | (code >> 18);
      out[length++] = 0x80 | ((code >> 12) & 0x3f);
    } else {
      out[length++] = 0xe0 | (code >> 12);
    }
    out[length++] = 0x80 | ((code >> 6) & 0x3f);
    out[length++] = 0x80 | (code & 0x3f);
  }
  return out.slice(0, length);
}

/** The inverse of {@link nameToBytes}, for any bytes: `nameToBytes(bytesToName(b))` equals `b`. */
export function bytesToName(bytes: Uint8Array): string {
  let text = "";
  let i = 0;
  while (i < bytes.length) {
    const plainEnd = endOfAscii(bytes, i);
    if (plainEnd > i) {
      text += String.fromCharCode.apply(null, bytes.subarray(i, plainEnd) as unknown as number[]);
      i = plainEnd;
      continue;
    }
    const sequence = decodeSequence(bytes, i);
    if (sequence === undefined) {
      text += String.fromCharCode(ESCAPE_BASE + (bytes[i] ?? 0));
      i += 1;
    } else {
      text += String.fromCodePoint(sequence.code);
      i += sequence.length;
    }
  }
  return text;
}

/** Every engine accepts this many arguments in one call. */
const LONGEST_RUN = 4096;

/** The end of the ASCII that begins at `start`. Most text is all ASCII, and faster to decode in one piece. */
function endOfAscii(bytes: Uint8Array, start: number): number {
  const limit = Math.min(bytes.length, start + LONGEST_RUN);
  let end = start;
  while (end < limit && (bytes[end] as number) < 0x80) end++;
  return end;
}

const encodeUtf8 = nameToBytes;
const decodeUtf8 = bytesToName;

export { decodeUtf8, encodeUtf8 };

/** The smallest code point that needs a sequence of this many bytes (RFC 3629, section 3). */
const SMALLEST = [0, 0, 0x80, 0x800, 0x10000];

function decodeSequence(bytes: Uint8Array, at: number): { code: number; length: number } | undefined {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return { code: first, length: 1 };
  const length = first >= 0xf0 && first < 0xf8 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0;
  if (length === 0 || first >= 0xf8) return undefined;
  let code = first & (0xff >> (length + 1));
  for (let k = 1; k < length; k++) {
    const byte = bytes[at + k];
    if (byte === undefined || (byte & 0xc0) !== 0x80) return undefined;
    code = (code << 6) | (byte & 0x3f);
  }
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < (SMALLEST[length] ?? 0) || code > 0x10ffff || isSurrogate) return undefined;
  return { code, length };
}

/** Byte order of two names (what `LC_ALL=C sort` gives), for sorted archives and directories. */
export function compareNames(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    if (a.charCodeAt(i) === b.charCodeAt(i)) continue;
    if (a.charCodeAt(i) < 0x80 && b.charCodeAt(i) < 0x80) return a.charCodeAt(i) - b.charCodeAt(i);
    return compareBytes(nameToBytes(a), nameToBytes(b));
  }
  return a.length - b.length;
}

/** Lexicographic order of unsigned bytes; a prefix comes first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
