/** TextEncoder and TextDecoder, which the engine lacks: UTF-8 only. https://encoding.spec.whatwg.org/ */
import { concatBytes } from "../base/bytes.ts";
import { decodeUtf8, encodeUtf8 } from "../base/text.ts";

const REPLACEMENT = "\ufffd";
const LONE_SURROGATE = /\p{Surrogate}/gu;
const BYTE_ORDER_MARK = "\ufeff";

export class Utf8Encoder {
  readonly encoding = "utf-8";

  encode(text = ""): Uint8Array {
    return encodeUtf8(String(text).replaceAll(LONE_SURROGATE, REPLACEMENT));
  }
}

export interface DecoderOptions {
  /** Throws TypeError on bytes that are not UTF-8. */
  readonly fatal?: boolean;
  /** Keeps a byte order mark. */
  readonly ignoreBOM?: boolean;
}

export class Utf8Decoder {
  readonly encoding = "utf-8";
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  /** The first bytes of an unfinished character. */
  #rest = new Uint8Array(0);
  #isStarted = false;

  constructor(label = "utf-8", { fatal = false, ignoreBOM = false }: DecoderOptions = {}) {
    if (!/^utf-?8$/i.test(label)) {
      throw new RangeError(`Cannot decode ${label}: only utf-8 is supported`);
    }
    this.fatal = fatal;
    this.ignoreBOM = ignoreBOM;
  }

  /** With `stream`, a character may be cut at the end of `input`; the next call continues it. */
  decode(input?: ArrayBuffer | ArrayBufferView, { stream = false } = {}): string {
    const bytes = concatBytes([this.#rest, bytesOf(input)]);
    const end = stream ? wholeCharacters(bytes) : bytes.length;
    this.#rest = bytes.slice(end);
    const decoded = decodeUtf8(bytes.subarray(0, end));
    // base/text.ts decodes a byte that is not UTF-8 as a lone surrogate.
    const text = decoded.replaceAll(LONE_SURROGATE, REPLACEMENT);
    if (this.fatal && text !== decoded) throw new TypeError("Cannot decode: the bytes are not UTF-8");
    const hasMark = !this.#isStarted && !this.ignoreBOM && text.startsWith(BYTE_ORDER_MARK);
    this.#isStarted = stream && (this.#isStarted || text !== "");
    return hasMark ? text.slice(1) : text;
  }
}

function bytesOf(input: ArrayBuffer | ArrayBufferView | undefined): Uint8Array {
  if (input === undefined) return new Uint8Array(0);
  if (input instanceof ArrayBuffer) return new Uint8Array(input);
  return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
}

/**
 * Length without an unfinished character at the end (RFC 3629, section 3: a character's first byte gives its
 * length).
 */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue; // continues a character
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
