/** Questions to a name server for the IPv4 addresses of a host, and its answers (RFC 1035, 4). */
import { encodeUtf8 } from "../base/text.ts";

const TYPE_A = 1;
const CLASS_IN = 1;
const RECURSION_DESIRED = 0x0100;
const HEADER_SIZE = 12;
const CODE_MASK = 0xf;
const CODE_NO_SUCH_NAME = 3;
const TRUNCATED = 0x0200;

/** `id` tells the answer from others. Throws `RangeError` for what is no host name. */
export function dnsQuestion(id: number, host: string): Uint8Array {
  const labels = host.replace(/\.$/, "").split(".");
  if (host.length > 253 || labels.some((label) => label === "" || label.length > 63)) {
    throw new RangeError(`a host name that is none: ${host}`);
  }
  const name = labels.flatMap((label) => [label.length, ...encodeUtf8(label)]);
  const head = [id, RECURSION_DESIRED, 1, 0, 0, 0].flatMap((word) => [word >> 8, word & 0xff]);
  return Uint8Array.of(...head, ...name, 0, 0, TYPE_A, 0, CLASS_IN);
}

/**
 * The addresses of an answer to question `id`; `no-such-name` where the server is sure that there is none,
 * undefined where the datagram is no (whole) answer to it.
 */
export function dnsAddresses(id: number, answer: Uint8Array): readonly string[] | "no-such-name" | undefined {
  if (answer.length < HEADER_SIZE) return undefined;
  const view = new DataView(answer.buffer, answer.byteOffset, answer.length);
  const flags = view.getUint16(2);
  if (view.getUint16(0) !== id || flags < 0x8000) return undefined;
  if ((flags & CODE_MASK) === CODE_NO_SUCH_NAME) return "no-such-name";
  if ((flags & CODE_MASK) !== 0) return undefined;
  try {
    const addresses = readRecords(view);
    return addresses.length === 0 && (flags & TRUNCATED) !== 0 ? undefined : addresses;
  } catch (error) {
    if (error instanceof RangeError) return undefined; // it ends within a record
    throw error;
  }
}

function readRecords(view: DataView): string[] {
  let at = HEADER_SIZE;
  for (let question = 0; question < view.getUint16(4); question++) at = skipName(view, at) + 4;
  const addresses: string[] = [];
  for (let record = 0; record < view.getUint16(6); record++) {
    at = skipName(view, at);
    const [type, length] = [view.getUint16(at), view.getUint16(at + 8)];
    at += 10;
    if (type === TYPE_A && length === 4) {
      addresses.push([0, 1, 2, 3].map((i) => view.getUint8(at + i)).join("."));
    }
    at += length;
  }
  return addresses;
}

/** Names are labels, or end in a pointer to labels elsewhere: two bytes, the top bits set. */
function skipName(view: DataView, start: number): number {
  let at = start;
  for (;;) {
    const length = view.getUint8(at);
    if (length >= 0xc0) return at + 2;
    at += 1 + length;
    if (length === 0) return at;
  }
}
